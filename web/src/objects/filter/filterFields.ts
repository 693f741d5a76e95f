/** What a filter can ask about: an object's own fields, those of the records it links to, and records that point to it. */
import type { TFunction } from "i18next";
import { fieldOf, findObject } from "@/api/meta";
import type { FieldMeta, Filter, ObjectMeta } from "@/api/types";
import { newCondition } from "@/objects/filter/filterTree";

/** The field a path through links leads to, "owner.team", named and labelled after the whole way. */
export function fieldAt(
  objects: ObjectMeta[],
  object: ObjectMeta,
  path: string,
): FieldMeta | undefined {
  const own = fieldOf(object, path);
  if (own) return own;
  const field = object.fields.find(({ name }) => path.startsWith(`${name}.`));
  if (!field) return undefined;
  const target = findObject(objects, field.target ?? "");
  const found = target && fieldAt(objects, target, path.slice(field.name.length + 1));
  return found && { ...found, name: path, label: `${field.label} › ${found.label}` };
}

export const filterableFields = (object: ObjectMeta) =>
  object.fields.filter((field) => field.filterable && field.operators.length > 0);

const relatedKey = (name: string) => `has:${name}`;

/** The records that point here by this name, told apart where one object does so twice. */
export function relatedLabel(objects: ObjectMeta[], object: ObjectMeta, name: string) {
  const related = object.related ?? [];
  const one = related.find((other) => other.name === name);
  if (!one) return name;
  const isAlone = related.filter(({ label }) => label === one.label).length === 1;
  const target = findObject(objects, one.object);
  const link = target && fieldOf(target, one.field);
  return isAlone || !link ? one.label : `${one.label} (${link.label})`;
}

export const ownBeginnings = (object: ObjectMeta) =>
  filterableFields(object).map(({ name, label }) => ({ value: name, label }));

/** What a condition can begin with: own fields, related records, fields of the records linked to. */
export function beginnings(objects: ObjectMeta[], object: ObjectMeta, t: TFunction) {
  const own = filterableFields(object);
  const linked = own
    .filter(({ type }) => type === "link")
    .flatMap((link) => {
      const target = findObject(objects, link.target ?? "");
      const fields = target ? filterableFields(target) : [];
      return fields.map(({ name, label }) => ({
        value: `${link.name}.${name}`,
        label: `${link.label} › ${label}`,
      }));
    });
  const related = (object.related ?? [])
    .filter((other) => findObject(objects, other.object))
    .map(({ name }) => ({
      value: relatedKey(name),
      label: t("filter.related", { what: relatedLabel(objects, object, name) }),
    }));
  return [...ownBeginnings(object), ...related, ...linked];
}

/** What the beginning of a filter begins with. */
export const beginningOf = (filter: Filter) =>
  "field" in filter
    ? filter.field
    : "has" in filter
      ? relatedKey(filter.has)
      : "has_no" in filter
        ? relatedKey(filter.has_no)
        : undefined;

/** The condition, still to be written, that a beginning leads to. */
export function begin(objects: ObjectMeta[], object: ObjectMeta, key: string): Filter | null {
  const name = key.startsWith("has:") ? key.slice(4) : null;
  if (name !== null) return { has: name, where: null };
  const field = fieldAt(objects, object, key);
  return field ? newCondition(field) : null;
}
