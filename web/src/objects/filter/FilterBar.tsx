import { Button, Popover, Select } from "antd";
import { Filter as FilterIcon, ListFilter, X } from "lucide-react";
import {
  type KeyboardEvent,
  type ReactNode,
  type RefObject,
  useEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "@/api/meta";
import type { Filter, ObjectMeta } from "@/api/types";
import { Part } from "@/objects/filter/FilterGroup";
import { begin, beginningOf, beginnings } from "@/objects/filter/filterFields";
import { useFilterText } from "@/objects/filter/filterText";
import { complete, fromParts, isGroup, topParts } from "@/objects/filter/filterTree";
import styles from "./filter.module.css";

interface Props {
  object: ObjectMeta;
  filter: Filter | null;
  onChange: (filter: Filter | null) => void;
  /** A condition not yet complete, opened for writing: from a column's menu or "Filter". */
  draft: Filter | null;
  onDraft: (draft: Filter | null) => void;
}

const newGroup = "group";

/** The filter as chips; each opens what it says, and the whole can be edited with groups. */
export function FilterBar({ object, filter, onChange, draft, onDraft }: Props) {
  const { t } = useTranslation();
  const objects = useObjects();
  const add = useRef<HTMLButtonElement>(null);
  const parts = topParts(filter);
  const [picking, setPicking] = useState(false);
  const fields = beginnings(objects, object, t);
  const first = fields[0]?.value;

  function open(key: string) {
    if (key !== newGroup) return onDraft(begin(objects, object, key));
    const condition = first && begin(objects, object, first);
    if (condition) onDraft({ or: [condition] });
  }

  return (
    <div className={styles.bar}>
      {picking ? (
        <Select
          autoFocus
          defaultOpen
          aria-label={t("filter.field")}
          placeholder={t("filter.field")}
          className={styles.picking}
          popupMatchSelectWidth={280}
          showSearch={{ optionFilterProp: "label" }}
          options={[{ value: newGroup, label: t("filter.newGroup") }, ...fields]}
          onSelect={open}
          onOpenChange={setPicking}
          onBlur={() => setPicking(false)}
        />
      ) : (
        <Button
          ref={add}
          type="text"
          icon={<ListFilter size={16} />}
          onClick={() => setPicking(true)}
        >
          {t("filter.add")}
        </Button>
      )}
      {parts.map((part, index) => (
        <FilterChip
          // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
          key={index}
          object={object}
          part={part}
          add={add}
          onChange={(next) => onChange(fromParts(parts.with(index, next)))}
          onRemove={() => onChange(fromParts(parts.toSpliced(index, 1)))}
        />
      ))}
      {draft && (
        <FilterChip
          key={beginningOf(draft) ?? newGroup}
          object={object}
          part={draft}
          startOpen
          add={add}
          onChange={(next) => {
            onDraft(null);
            onChange(fromParts([...parts, next]));
          }}
          onRemove={() => onDraft(null)}
        />
      )}
      {filter && (
        <>
          <FilterPopover
            object={object}
            part={isGroup(filter) ? filter : { and: [filter] }}
            add={add}
            onChange={onChange}
            onRemove={() => onChange(null)}
          >
            <Button type="text" icon={<FilterIcon size={15} />}>
              {t("filter.edit")}
            </Button>
          </FilterPopover>
          <Button type="text" onClick={() => onChange(null)}>
            {t("filter.clear")}
          </Button>
        </>
      )}
    </div>
  );
}

interface PartProps {
  object: ObjectMeta;
  part: Filter;
  startOpen?: boolean;
  add: RefObject<HTMLButtonElement | null>;
  onChange: (part: Filter) => void;
  onRemove: () => void;
}

function FilterChip(props: PartProps) {
  const { t } = useTranslation();
  const text = useFilterText(props.object, props.part);
  return (
    <FilterPopover {...props}>
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
            props.onRemove();
          }}
        >
          <X size={13} aria-hidden />
        </button>
      </span>
    </FilterPopover>
  );
}

interface PopoverProps extends PartProps {
  children: ReactNode;
}

/** Opens a part for writing. What is complete is taken over when it closes, unless by Esc. */
function FilterPopover(props: PopoverProps) {
  const { object, part, startOpen = false, add, onChange, onRemove, children } = props;
  const { t } = useTranslation();
  const [open, setOpen] = useState(startOpen);
  const [draft, setDraft] = useState<Filter>(part);
  const opener = useRef<HTMLSpanElement>(null);
  /** To what opened it, or to what added it where that has gone with it. */
  const focusBack = () =>
    requestAnimationFrame(() => {
      const button = opener.current?.querySelector("button");
      (button ?? add.current)?.focus();
    });

  function close(result: Filter | null) {
    setOpen(false);
    if (result) onChange(result);
    else onRemove();
  }

  function onKeyDown(event: KeyboardEvent) {
    const isOther = event.nativeEvent.isComposing || event.defaultPrevented;
    if (event.key !== "Escape" || isOther) return;
    event.stopPropagation();
    close(complete(part));
    focusBack();
  }

  const body = (
    <form
      className={styles.popover}
      aria-label={t("filter.edit")}
      onKeyDown={onKeyDown}
      onSubmit={(event) => {
        event.preventDefault();
        close(complete(draft));
        focusBack();
      }}
    >
      <FocusLast />
      <Part object={object} part={draft} depth={0} onChange={setDraft} onRemove={onRemove} />
      <div className={styles.apply}>
        <Button type="primary" size="small" htmlType="submit">
          {t("filter.apply")}
        </Button>
      </div>
    </form>
  );

  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      arrow={false}
      open={open}
      content={body}
      classNames={{ root: styles.float }}
      destroyOnHidden
      onOpenChange={(next) => {
        if (!next) return close(complete(draft));
        setDraft(part);
        setOpen(true);
      }}
    >
      <span ref={opener} className={styles.opener}>
        {children}
      </span>
    </Popover>
  );
}

/** Whoever opens a condition writes its value next: the last box of it. */
function FocusLast() {
  const mark = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    const boxes = mark.current?.closest("form")?.querySelectorAll("input");
    boxes?.[boxes.length - 1]?.focus({ preventScroll: true });
  }, []);
  return <span ref={mark} hidden />;
}
