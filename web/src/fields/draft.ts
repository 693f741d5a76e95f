/** What a field being written looks like in a form. */
import type { FieldMeta } from "@/api/types";
import type { Choice, CustomField, Draft, FieldKind, Settings } from "@/fields/fieldsApi";
import { complete } from "@/objects/filter/filterTree";
import { type Texts, textIn } from "@/ui/languages";

export const kinds: FieldKind[] = [
  "text",
  "long_text",
  "decimal",
  "money",
  "date",
  "datetime",
  "time",
  "boolean",
  "choice",
  "multi_choice",
  "email",
  "phone",
  "url",
  "link",
  "file",
  "formula",
  "rollup",
];

/** Nobody writes these: they have neither a default nor are they required. */
export const isComputed = (type: FieldKind) => type === "formula" || type === "rollup";

const withoutDefault = new Set<FieldKind>(["formula", "rollup", "file", "link"]);

/** What a new record can begin with is no file and no record: each is for one record alone. */
export const takesDefault = (type: FieldKind) => !withoutDefault.has(type);

export const newDraft = (object: string): Draft => ({
  object,
  type: "text",
  labels: {},
  help: {},
  required: false,
  personal: false,
  settings: {},
  masks: {},
});

export const draftOf = (field: CustomField): Draft => ({
  object: field.object,
  key: field.key,
  type: field.type,
  labels: field.labels,
  help: field.help,
  required: field.required,
  personal: field.personal,
  settings: field.settings as Settings,
  masks: field.masks,
});

/** Only personal data are masked: who saw the mask of what is none any more does not see it. */
export const unmasked = ({ masks }: Draft): Draft["masks"] =>
  Object.fromEntries(
    Object.entries(masks).map(([role, mask]) => [role, mask === "masked" ? "hidden" : mask]),
  );

const chosen = (type: FieldKind) => type === "choice" || type === "multi_choice";

/** Another type begins anew: what was said of the one before would not fit. */
export const settingsOf = (type: FieldKind): Settings =>
  chosen(type) ? { choices: [{ value: "", labels: {} }] } : {};

/** The field as forms would have it. */
export function previewOf(draft: Draft, language: string, name: string): FieldMeta {
  const { settings } = draft;
  const type = draft.type === "formula" || draft.type === "rollup" ? "text" : draft.type;
  return {
    name,
    type,
    label: textIn(draft.labels, language) || name,
    help: textIn(draft.help, language),
    required: draft.required,
    read_only: false,
    sortable: false,
    filterable: false,
    operators: [],
    nullable: true,
    max_length: settings.max_length,
    decimal_places: type === "decimal" ? (settings.decimal_places ?? 0) : undefined,
    currency: settings.currency,
    target: settings.target,
    choices: withValues(settings.choices ?? [])
      .filter(({ value }) => value)
      .map((choice) => ({ ...choice, label: textIn(choice.labels, language) || choice.value })),
  };
}

/** What is sent: without empty texts, choices that say nothing, and settings left open. */
export function asSent(draft: Draft): Draft {
  const { choices, ...rest } = {
    ...draft.settings,
    filter: complete(draft.settings.filter ?? null),
    required_when: complete(draft.settings.required_when ?? null),
    locked_when: complete(draft.settings.locked_when ?? null),
  };
  const named = choices?.filter(({ labels, value }) => value || textIn(labels, "en"));
  const settings = Object.entries(named ? { ...rest, choices: withValues(named) } : rest);
  return {
    ...draft,
    key: draft.key || undefined,
    labels: filled(draft.labels),
    help: filled(draft.help),
    settings: Object.fromEntries(settings.filter(([, value]) => !isOpen(value))),
  };
}

export const colors = [
  "blue",
  "green",
  "gold",
  "purple",
  "cyan",
  "magenta",
  "orange",
  "geekblue",
  "lime",
  "volcano",
] as const;

/** A choice keeps the colour it began with, wherever it is moved. */
export const colorOf = ({ color }: Choice, at: number) => color ?? colors[at % colors.length];

const isOpen = (value: unknown) => value === null || value === undefined || value === "";

const filled = (texts: Texts): Texts =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim()));

/** Begins what stands for the value of a choice that has none yet, where something names it. */
export const fresh = "new:";

/** Whether records may hold the choice. */
export const isSaved = ({ value }: Choice) => value !== "" && !value.startsWith(fresh);

/** A new choice is known by its first name, told apart by a number. */
export function withValues(choices: Choice[]) {
  const taken = new Set(choices.filter(isSaved).map(({ value }) => value));
  return choices.map((choice, at) => {
    const name = textIn(choice.labels, "en").slice(0, 50);
    let value = isSaved(choice) ? choice.value : name;
    for (let n = 2; !isSaved(choice) && taken.has(value); n += 1) value = `${name} ${n}`;
    taken.add(value);
    return { ...choice, value, labels: filled(choice.labels), color: colorOf(choice, at) };
  });
}
