import { useNavigate } from "@tanstack/react-router";
import { Button } from "antd";
import { Merge, Pencil, Trash2, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { BulkTarget, ListQuestion, Values } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { BulkEdit } from "@/objects/list/BulkEdit";
import { useBulkChange } from "@/objects/list/useBulkChange";
import { useListCommands } from "@/objects/list/useListCommands";
import { useFormat } from "@/ui/format";
import styles from "./list.module.css";

interface Props {
  object: ObjectMeta;
  selected: ReadonlySet<string>;
  /** Every loaded row is selected and there are more: the whole filter can be meant. */
  isAll: boolean;
  question: ListQuestion;
  onClear: () => void;
}

export function BulkBar({ object, selected, isAll, question, onClear }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [whole, setWhole] = useState(false);
  const [editing, setEditing] = useState(false);
  const change = useBulkChange(object);
  const navigate = useNavigate();

  const { filter = null, search } = question;
  const target: BulkTarget = whole && isAll ? { filter, search } : { ids: [...selected] };
  const label =
    whole && isAll
      ? t("bulk.allMatching")
      : t("bulk.selected", { count: selected.size, number: format.number(selected.size) });

  async function remove() {
    if (await change.remove(target, label)) onClear();
  }

  async function set(values: Values) {
    if (!(await change.set(target, values))) return;
    setEditing(false);
    onClear();
  }

  const mayMerge =
    object.can.includes("merge") && !(whole && isAll) && selected.size > 1 && selected.size <= 10;
  const merge = () =>
    void navigate({ to: "/customers/merge", search: { ids: [...selected].join() } });
  useListCommands(object, question, {
    count: selected.size,
    edit: () => setEditing(true),
    assign: (owner) => void set({ owner }),
    remove,
    merge: mayMerge ? merge : undefined,
  });
  if (selected.size === 0) return null;

  return (
    <div className={styles.bulk} role="toolbar" aria-label={label}>
      <span className={styles.bulkCount}>{label}</span>
      {isAll && !whole && (
        <Button type="link" size="small" onClick={() => setWhole(true)}>
          {t("bulk.selectAllMatching")}
        </Button>
      )}
      {object.can.includes("change") && (
        <Button size="small" icon={<Pencil size={14} />} onClick={() => setEditing(true)}>
          {t("common.edit")}
        </Button>
      )}
      {mayMerge && (
        <Button size="small" icon={<Merge size={14} />} onClick={merge}>
          {t("merge.open")}
        </Button>
      )}
      {object.can.includes("delete") && (
        <Button size="small" danger icon={<Trash2 size={14} />} onClick={remove}>
          {t("common.delete")}
        </Button>
      )}
      <Button
        type="text"
        size="small"
        icon={<X size={15} />}
        aria-label={t("bulk.clear")}
        onClick={() => {
          setWhole(false);
          onClear();
        }}
      />
      {editing && (
        <BulkEdit object={object} title={label} onCancel={() => setEditing(false)} onSave={set} />
      )}
    </div>
  );
}
