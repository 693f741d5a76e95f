import { Button, Dropdown, Popover } from "antd";
import { Filter as FilterIcon, ListFilter, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { Filter, ObjectMeta } from "@/api/types";
import { filterableFields } from "@/objects/filter/ConditionRow";
import { FilterGroup, Part } from "@/objects/filter/FilterGroup";
import { useLinkLabels } from "@/objects/filter/FilterValue";
import { useFilterText } from "@/objects/filter/filterText";
import {
  complete,
  fromParts,
  type Group,
  isCondition,
  newCondition,
  topParts,
} from "@/objects/filter/filterTree";
import styles from "./filter.module.css";

interface Props {
  object: ObjectMeta;
  filter: Filter | null;
  onChange: (filter: Filter | null) => void;
  /** A condition not yet complete, opened for writing: from a column's menu or "Add filter". */
  draft: Filter | null;
  onDraft: (draft: Filter | null) => void;
}

/** The filter as chips; each opens what it says, and the whole can be edited with groups. */
export function FilterBar({ object, filter, onChange, draft, onDraft }: Props) {
  const { t } = useTranslation();
  const parts = topParts(filter);
  const items = filterableFields(object).map(({ name, label }) => ({ key: name, label }));

  function add(name: string) {
    const field = fieldOf(object, name);
    if (field) onDraft(newCondition(field));
  }

  return (
    <div className={styles.bar}>
      <Dropdown
        trigger={["click"]}
        menu={{ items, onClick: ({ key }) => add(key), className: styles.fields }}
      >
        <Button type="text" icon={<ListFilter size={16} />}>
          {t("filter.add")}
        </Button>
      </Dropdown>
      {parts.map((part, index) => (
        <FilterChip
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          key={index}
          object={object}
          part={part}
          onChange={(next) => onChange(fromParts(parts.with(index, next)))}
          onRemove={() => onChange(fromParts(parts.toSpliced(index, 1)))}
        />
      ))}
      {draft && (
        <FilterChip
          key={JSON.stringify(isCondition(draft) ? draft.field : "draft")}
          object={object}
          part={draft}
          startOpen
          onChange={(next) => {
            onDraft(null);
            onChange(fromParts([...parts, next]));
          }}
          onRemove={() => onDraft(null)}
        />
      )}
      {parts.length > 0 && (
        <>
          <WholeFilter object={object} filter={filter} onChange={onChange} />
          <Button type="text" onClick={() => onChange(null)}>
            {t("filter.clear")}
          </Button>
        </>
      )}
    </div>
  );
}

interface ChipProps {
  object: ObjectMeta;
  part: Filter;
  startOpen?: boolean;
  onChange: (part: Filter) => void;
  onRemove: () => void;
}

function FilterChip({ object, part, startOpen = false, onChange, onRemove }: ChipProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(startOpen);
  const [draft, setDraft] = useState<Filter>(part);
  const text = useChipText(object, part);

  function close() {
    setOpen(false);
    const ready = complete(draft);
    if (ready) onChange(ready);
    else onRemove();
  }

  const body = (
    <form
      className={styles.popover}
      onSubmit={(event) => {
        event.preventDefault();
        close();
      }}
    >
      <Part object={object} part={draft} onChange={setDraft} onRemove={onRemove} />
      <Button type="primary" size="small" htmlType="submit">
        {t("filter.apply")}
      </Button>
    </form>
  );

  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      open={open}
      content={body}
      destroyOnHidden
      onOpenChange={(next) => {
        if (!next) return close();
        setDraft(part);
        setOpen(true);
      }}
    >
      <span className={styles.chip}>
        <button type="button" className={styles.chipText} title={text}>
          <span className="ellipsis">{text}</span>
        </button>
        <button
          type="button"
          className={styles.chipRemove}
          aria-label={t("filter.removeOne", { text })}
          onClick={(event) => {
            event.stopPropagation();
            onRemove();
          }}
        >
          <X size={13} aria-hidden />
        </button>
      </span>
    </Popover>
  );
}

function useChipText(object: ObjectMeta, part: Filter) {
  const filterText = useFilterText(object);
  const field = isCondition(part) ? fieldOf(object, part.field) : undefined;
  const isLink = field?.type === "link" || field?.type === "tags";
  const ids = isLink && isCondition(part) && Array.isArray(part.value) ? part.value : [];
  const names = useLinkLabels(field ?? noField, ids as string[]);
  return filterText(part, names);
}

const noField = { target: null, type: "text" } as unknown as Parameters<typeof useLinkLabels>[0];

interface WholeProps {
  object: ObjectMeta;
  filter: Filter | null;
  onChange: (filter: Filter | null) => void;
}

function WholeFilter({ object, filter, onChange }: WholeProps) {
  const { t } = useTranslation();
  const [draft, setDraft] = useState<Group | null>(null);
  const whole: Group = { and: topParts(filter) };
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      open={draft !== null}
      destroyOnHidden
      content={
        <div className={styles.popover}>
          <FilterGroup object={object} group={draft ?? whole} onChange={setDraft} />
        </div>
      }
      onOpenChange={(open) => {
        setDraft(open ? whole : null);
        if (!open) onChange(complete(draft));
      }}
    >
      <Button type="text" icon={<FilterIcon size={15} />}>
        {t("filter.edit")}
      </Button>
    </Popover>
  );
}
