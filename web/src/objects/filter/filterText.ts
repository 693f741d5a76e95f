import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { fieldOf, findObject, useObjects } from "@/api/meta";
import { recordQuery } from "@/api/records";
import type { Condition, FieldMeta, Filter, LinkValue, ObjectMeta } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import { fieldAt, relatedLabel } from "@/objects/filter/filterFields";
import {
  isCondition,
  isGroup,
  isKept,
  isRefused,
  isRelated,
  joinOf,
  type Kept,
  partsOf,
  type Related,
  relatedName,
} from "@/objects/filter/filterTree";
import {
  daysOf,
  isDays,
  type Period,
  readingOf,
  useReadingLabel,
} from "@/objects/filter/operators";
import { periodAfter } from "@/ui/days";
import { useFormat } from "@/ui/format";

/** A filter in words: "City is any of 北京, 上海". */
export function useFilterText(whole: ObjectMeta, filter: Filter): string {
  const { t } = useTranslation();
  const format = useFormat();
  const readingLabel = useReadingLabel();
  const objects = useObjects();
  const names = useLinkNames(linksOf(objects, whole, filter));

  function oneText(field: FieldMeta, value: unknown): string {
    if (value === "me" || value === "my_team") return t(`filter.${value}`);
    if (isDays(value)) {
      const count = Math.abs(value.days);
      return t(value.days > 0 ? "filter.daysAhead" : "filter.daysAgo", { count });
    }
    const name = names.find(({ id }) => id === value)?.label;
    return name ?? typeOf(field).toText(value, field, format);
  }

  function valueText(field: FieldMeta, condition: Condition): string {
    const { op, value } = condition;
    if (op === "empty" || op === "not_empty") return "";
    const days = daysOf(condition);
    if (days !== null) return t("filter.nDays", { count: days });
    if (op === "in_period") {
      return t(`filter.period.${(value as { relative: Period }).relative}`);
    }
    if (field.type === "boolean") return value ? t("common.yes") : t("common.no");
    const values = Array.isArray(value) ? value : [value];
    const glue = op === "between" ? " – " : t("filter.comma");
    return values.map((one) => oneText(field, one)).join(glue);
  }

  function relatedText(object: ObjectMeta, filter: Related) {
    const name = relatedName(filter);
    const what = relatedLabel(objects, object, name);
    const target = targetOf(objects, object, name);
    const where = target && filter.where ? text(target, filter.where) : null;
    if (where) return t("has" in filter ? "filter.hasWhere" : "filter.hasNoWhere", { what, where });
    return t("has" in filter ? "filter.has" : "filter.hasNo", { what });
  }

  function findingText(object: ObjectMeta, finding: string) {
    const at = finding.lastIndexOf(".");
    const what = t(`filter.finding.${finding.slice(at + 1) as "missing"}`);
    const name = finding.slice(0, Math.max(at, 0));
    return name ? [fieldOf(object, name)?.label ?? name, what].join(t("filter.colon")) : what;
  }

  function movementText(movement: string) {
    const [until = "", measure = "", what = ""] = movement.split(".");
    return t("filter.movement", {
      measure: t(`filter.measure.${measure as "revenue"}`),
      what: t(`filter.moved.${what as "grown"}`),
      month: format.month(`${until}-01`),
    });
  }

  function stageText(object: ObjectMeta, moved: string) {
    const [since = "", before = "", now = ""] = moved.split(".");
    const field = fieldOf(object, "stage");
    const label = (stage: string) =>
      field && stage !== "none" ? oneText(field, stage) : t("filter.noStage");
    return t("filter.stageMoved", {
      since: format.date(since),
      before: label(before),
      now: label(now),
    });
  }

  function cohortText(cohort: string) {
    const [first = "", later = "0"] = cohort.split(".");
    const month = `${first}-01`;
    return later === "0"
      ? t("filter.cohort", { month: format.month(month) })
      : t("filter.cohortAgain", {
          month: format.month(month),
          again: format.month(periodAfter(month, "month", Number(later))),
        });
  }

  function keptText(object: ObjectMeta, filter: Kept) {
    if ("finding" in filter) return findingText(object, filter.finding);
    if ("movement" in filter) return movementText(filter.movement);
    if ("cohort" in filter) return cohortText(filter.cohort);
    return stageText(object, filter.stage_moved);
  }

  function text(object: ObjectMeta, filter: Filter): string {
    if (isCondition(filter)) {
      const field = fieldAt(objects, object, filter.field);
      if (!field) return t("filter.gone", { field: filter.field });
      const reading = readingLabel(readingOf(filter), field);
      return [field.label, reading, valueText(field, filter)].filter(Boolean).join(" ");
    }
    if (isRelated(filter)) return relatedText(object, filter);
    if (isRefused(filter)) return t("filter.refused");
    if (isKept(filter)) return keptText(object, filter);
    const join = joinOf(filter);
    const glue = join === "and" ? t("filter.and") : t("filter.or");
    const inside = partsOf(filter)
      .map((part) => (isGroup(part) ? bracket(object, part) : text(object, part)))
      .join(` ${glue} `);
    return join === "none" ? `${t("filter.not")} (${inside})` : inside;
  }

  const bracket = (object: ObjectMeta, part: Filter) => `(${text(object, part)})`;
  return text(whole, filter);
}

const targetOf = (objects: ObjectMeta[], object: ObjectMeta, name: string) =>
  findObject(objects, object.related?.find((other) => other.name === name)?.object ?? "");

export interface Linked {
  object: ObjectMeta;
  id: string;
}

/** The records that the values of a condition's field point at. */
export function linkedBy(objects: ObjectMeta[], field: FieldMeta, value: unknown): Linked[] {
  if (field.type !== "link" && field.type !== "tags") return [];
  const object = findObject(objects, field.target ?? (field.type === "tags" ? "tag" : ""));
  if (!object || !Array.isArray(value)) return [];
  return value
    .filter((id) => typeof id === "string" && id !== "me" && id !== "my_team")
    .map((id) => ({ object, id }));
}

function linksOf(objects: ObjectMeta[], object: ObjectMeta, filter: Filter): Linked[] {
  if (isCondition(filter)) {
    const field = fieldAt(objects, object, filter.field);
    return field ? linkedBy(objects, field, filter.value) : [];
  }
  if (isRelated(filter)) {
    const target = targetOf(objects, object, relatedName(filter));
    return target && filter.where ? linksOf(objects, target, filter.where) : [];
  }
  if (isRefused(filter) || isKept(filter)) return [];
  return partsOf(filter).flatMap((part) => linksOf(objects, object, part));
}

/** Names of the records a filter points at by id. */
export function useLinkNames(wanted: Linked[]): LinkValue[] {
  const answers = useQueries({
    queries: wanted.map(({ object, id }) => recordQuery(object.path, id)),
  });
  return wanted.map(({ object, id }, index) => {
    const record = answers[index]?.data?.record;
    return { id, label: String(record?.[object.title_field] ?? "…") };
  });
}
