import { Button, Segmented, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { Filter, ObjectMeta } from "@/api/types";
import { ConditionRow, RemoveButton, RowFrame, type RowProps } from "@/objects/filter/ConditionRow";
import { filterableFields } from "@/objects/filter/filterFields";
import { useFilterText } from "@/objects/filter/filterText";
import {
  type Group,
  groupOf,
  isCondition,
  isGroup,
  isKept,
  isRefused,
  isRelated,
  type Join,
  joinOf,
  newCondition,
  partsOf,
  type Related,
  relatedName,
} from "@/objects/filter/filterTree";
import styles from "./filter.module.css";

/** Deeper than anybody reads, and than the server takes (12, where "none of" counts twice). */
const deepest = 5;

interface Props {
  object: ObjectMeta;
  group: Group;
  depth?: number;
  alone?: boolean;
  onChange: (group: Group) => void;
  onRemove?: () => void;
}

/** Conditions joined by "all", "any" or "none", with groups inside groups. */
export function FilterGroup({ object, group, depth = 1, alone, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const join = joinOf(group);
  const parts = partsOf(group);
  const set = (next: Filter[], by: Join = join) => onChange(groupOf(by, next));
  const replace = (index: number, part: Filter) => set(parts.with(index, part));
  const remove = (index: number) => set(parts.toSpliced(index, 1));
  const first = filterableFields(object)[0];

  return (
    <fieldset className={styles.group}>
      {parts.length > 0 && (
        <div className={styles.groupHead}>
          <Segmented<Join>
            size="small"
            aria-label={t("filter.join")}
            value={join}
            options={[
              { value: "and", label: t("filter.all") },
              { value: "or", label: t("filter.any") },
              { value: "none", label: t("filter.noneOf") },
            ]}
            onChange={(next) => set(parts, next)}
          />
          {onRemove && (
            <Button
              type="text"
              size="small"
              icon={<Trash2 size={14} />}
              aria-label={t("filter.removeGroup")}
              onClick={onRemove}
            />
          )}
        </div>
      )}
      {parts.map((part, index) => (
        <Part
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          key={index}
          object={object}
          part={part}
          depth={depth}
          alone={alone}
          onChange={(next) => replace(index, next)}
          onRemove={() => remove(index)}
        />
      ))}
      {first && (
        <div className={styles.groupFoot}>
          <Button
            size="small"
            icon={<Plus size={14} />}
            onClick={() => set([...parts, newCondition(first)])}
          >
            {t("filter.addCondition")}
          </Button>
          {depth < deepest && (
            <Button
              size="small"
              type="text"
              onClick={() => set([...parts, { or: [newCondition(first)] }])}
            >
              {t("filter.addGroup")}
            </Button>
          )}
        </div>
      )}
    </fieldset>
  );
}

export function Part({ part, depth, ...props }: RowProps<Filter> & { depth: number }) {
  if (isCondition(part)) return <ConditionRow {...props} part={part} />;
  if (isRelated(part)) return <RelatedPart {...props} part={part} depth={depth} />;
  if (isRefused(part) || isKept(part)) return <FixedPart {...props} part={part} />;
  return <FilterGroup {...props} group={part} depth={depth + 1} />;
}

/** What comes from elsewhere as it is: there is nothing to write about it. */
function FixedPart({ object, part, onRemove }: RowProps<Filter>) {
  const text = useFilterText(object, part);
  return (
    <div className={styles.condition}>
      <span>{text}</span>
      <RemoveButton onClick={onRemove} />
    </div>
  );
}

/** "Has orders whose …": whether records of another object point here, and which. */
function RelatedPart({ depth, ...props }: RowProps<Related> & { depth: number }) {
  const { object, part, onChange } = props;
  const { t } = useTranslation();
  const name = relatedName(part);
  const related = object.related?.find((other) => other.name === name);
  const target = findObject(useObjects(), related?.object ?? "");
  const { where = null } = part;
  const group = where && isGroup(where) ? where : { and: where ? [where] : [] };
  return (
    <div className={styles.related}>
      <RowFrame {...props}>
        <Select
          aria-label={t("filter.operator")}
          value={"has" in part}
          options={[
            { value: true, label: t("filter.isThere") },
            { value: false, label: t("filter.isNotThere") },
          ]}
          onChange={(isThere) => onChange(isThere ? { has: name, where } : { has_no: name, where })}
        />
      </RowFrame>
      {target && depth < deepest && (
        <FilterGroup
          object={target}
          group={group}
          depth={depth + 1}
          onChange={(next) => onChange({ ...part, where: next })}
        />
      )}
    </div>
  );
}
