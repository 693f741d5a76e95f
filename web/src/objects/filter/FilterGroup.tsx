import { Button, Segmented } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Filter, ObjectMeta } from "@/api/types";
import { ConditionRow, filterableFields } from "@/objects/filter/ConditionRow";
import { useFilterText } from "@/objects/filter/filterText";
import {
  type Group,
  groupOf,
  isCondition,
  isGroup,
  type Join,
  joinOf,
  newCondition,
  partsOf,
} from "@/objects/filter/filterTree";
import styles from "./filter.module.css";

interface Props {
  object: ObjectMeta;
  group: Group;
  onChange: (group: Group) => void;
  onRemove?: () => void;
}

/** Conditions joined by "all" or "any", with groups inside groups. */
export function FilterGroup({ object, group, onChange, onRemove }: Props) {
  const { t } = useTranslation();
  const join = joinOf(group);
  const parts = partsOf(group);
  const set = (next: Filter[], by: Join = join) => onChange(groupOf(by, next));
  const replace = (index: number, part: Filter) => set(parts.with(index, part));
  const remove = (index: number) => set(parts.toSpliced(index, 1));
  const first = filterableFields(object)[0];

  return (
    <fieldset className={styles.group}>
      <div className={styles.groupHead}>
        <Segmented<Join>
          size="small"
          aria-label={t("filter.join")}
          value={join}
          options={[
            { value: "and", label: t("filter.all") },
            { value: "or", label: t("filter.any") },
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
      {parts.map((part, index) => (
        <Part
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          key={index}
          object={object}
          part={part}
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
          <Button
            size="small"
            type="text"
            onClick={() => set([...parts, { or: [newCondition(first)] }])}
          >
            {t("filter.addGroup")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

interface PartProps {
  object: ObjectMeta;
  part: Filter;
  onChange: (part: Filter) => void;
  onRemove: () => void;
}

export function Part({ object, part, onChange, onRemove }: PartProps) {
  const { t } = useTranslation();
  const filterText = useFilterText(object);
  if (isGroup(part)) {
    return <FilterGroup object={object} group={part} onChange={onChange} onRemove={onRemove} />;
  }
  if (isCondition(part)) {
    return (
      <ConditionRow object={object} condition={part} onChange={onChange} onRemove={onRemove} />
    );
  }
  // Written elsewhere (the API, a segment): shown and removable, not editable here.
  return (
    <div className={styles.condition}>
      <span>{filterText(part)}</span>
      <Button
        type="text"
        icon={<Trash2 size={15} />}
        aria-label={t("filter.remove")}
        onClick={onRemove}
      />
    </div>
  );
}
