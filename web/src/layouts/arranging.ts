/** Moving fields between lists: the groups of a page and what is off it, or a form and what it leaves out. */
import type { Arrangement, Layout, LayoutGroup } from "@/layouts/layoutsApi";

/** One list of fields, as it is dropped into. */
export interface FieldList {
  key: string;
  fields: string[];
}

/** A place in a list: before the field that stands there now. */
export interface Place {
  list: string;
  at: number;
}

export function placeOf(lists: FieldList[], name: string): Place | null {
  for (const { key, fields } of lists) {
    const at = fields.indexOf(name);
    if (at >= 0) return { list: key, at };
  }
  return null;
}

/** The lists with the field in that place; the place is one of the lists as they are. */
export function moveTo(lists: FieldList[], name: string, to: Place): FieldList[] {
  const from = placeOf(lists, name);
  const at = from?.list === to.list && from.at < to.at ? to.at - 1 : to.at;
  return lists.map((list) => {
    const fields = list.fields.filter((one) => one !== name);
    if (list.key === to.list) fields.splice(at, 0, name);
    return { ...list, fields };
  });
}

/** One step up or down, over the edge into the next list. */
export function step(lists: FieldList[], name: string, by: 1 | -1): FieldList[] {
  const from = placeOf(lists, name);
  const at = lists.findIndex(({ key }) => key === from?.list);
  const list = lists[at];
  if (!from || !list) return lists;
  const next = from.at + by;
  if (next >= 0 && next < list.fields.length) {
    return moveTo(lists, name, { list: list.key, at: by > 0 ? next + 1 : next });
  }
  const beside = lists[at + by];
  if (!beside) return lists;
  return moveTo(lists, name, { list: beside.key, at: by > 0 ? 0 : beside.fields.length });
}

/** Keys of the lists that are no groups; no group is called so. */
export const offPage = ":hidden";
export const inForm = ":form";
export const offForm = ":others";

export const pageLists = ({ groups, hidden, fields }: Draft): FieldList[] => {
  const placed = new Set([...hidden, ...groups.flatMap((group) => group.fields)]);
  const unplaced = fields.map(({ name }) => name).filter((name) => !placed.has(name));
  return [
    ...groups.map(({ name, fields: names }) => ({ key: name, fields: names })),
    { key: offPage, fields: [...hidden, ...unplaced] },
  ];
};

/** What is required is always asked for: it stays in the form. */
export const formLists = ({ form, fields }: Draft): FieldList[] => [
  { key: inForm, fields: form },
  {
    key: offForm,
    fields: fields
      .filter(({ name, read_only }) => !read_only && !form.includes(name))
      .map(({ name }) => name),
  },
];

/** An arrangement being written, with all the fields there are. */
export interface Draft extends Arrangement {
  fields: Layout["fields"];
}

export function withPage<D extends Draft>(draft: D, lists: FieldList[]): D {
  const of = (key: string) => lists.find((list) => list.key === key)?.fields ?? [];
  const groups = draft.groups.map((group) => ({ ...group, fields: of(group.name) }));
  return { ...draft, groups, hidden: of(offPage) };
}

export function withForm<D extends Draft>(draft: D, lists: FieldList[]): D {
  const form = lists.find(({ key }) => key === inForm)?.fields ?? [];
  const isRequired = (name: string) =>
    draft.fields.some((field) => field.name === name && field.required);
  const left = draft.form.filter((name) => isRequired(name) && !form.includes(name));
  return { ...draft, form: [...form, ...left] };
}

export function addGroup<D extends Draft>(draft: D, language: string, title: string): D {
  const taken = new Set(draft.groups.map(({ name }) => name));
  let number = draft.groups.length + 1;
  while (taken.has(`group_${number}`)) number += 1;
  const group = { name: `group_${number}`, title, labels: { [language]: title }, fields: [] };
  return { ...draft, groups: [...draft.groups, group] };
}

/** What stood in the group that goes is off the page. */
export const removeGroup = <D extends Draft>(draft: D, gone: LayoutGroup): D => ({
  ...draft,
  groups: draft.groups.filter(({ name }) => name !== gone.name),
  hidden: [...draft.hidden, ...gone.fields],
});

export function moveGroup<D extends Draft>(draft: D, at: number, by: 1 | -1): D {
  const groups = [...draft.groups];
  const [moved] = groups.splice(at, 1);
  if (moved) groups.splice(at + by, 0, moved);
  return { ...draft, groups };
}
