import { Button, Checkbox, Input, Popover } from "antd";
import { Columns3 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import { typeOf } from "@/objects/fields/fieldTypes";
import type { GridColumn } from "@/objects/grid/gridTypes";
import type { ListSearch } from "@/objects/list/listSearch";
import { formatColumns } from "@/objects/list/listState";
import styles from "./list.module.css";

interface Props {
  object: ObjectMeta;
  columns: GridColumn[];
  onSearch: (change: Partial<ListSearch>) => void;
}

export function ColumnsMenu(props: Props) {
  const { t } = useTranslation();
  return (
    <Popover
      trigger="click"
      placement="bottomRight"
      arrow={false}
      content={<ColumnList {...props} />}
      destroyOnHidden
    >
      <Button icon={<Columns3 size={16} />} aria-label={t("list.columns")}>
        <span className={styles.wide}>{t("list.columns")}</span>
      </Button>
    </Popover>
  );
}

function ColumnList({ object, columns, onSearch }: Props) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const shown = new Set(columns.map(({ field }) => field.name));
  const wanted = text.toLowerCase();
  const fields = object.fields.filter(
    ({ label, type }) => type !== "json" && label.toLowerCase().includes(wanted),
  );

  function toggle(name: string) {
    const field = fieldOf(object, name);
    if (!field) return;
    const next = shown.has(name)
      ? columns.filter((column) => column.field !== field)
      : [...columns, { field, width: typeOf(field).width, pinned: false }];
    if (next.length > 0) onSearch({ cols: formatColumns(next) });
  }

  return (
    <div className={styles.columns}>
      <Input
        aria-label={t("list.findColumn")}
        placeholder={t("list.findColumn")}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <ul>
        {fields.map(({ name, label }) => (
          <li key={name}>
            <Checkbox checked={shown.has(name)} onChange={() => toggle(name)}>
              {label}
            </Checkbox>
          </li>
        ))}
      </ul>
      <Button type="text" size="small" onClick={() => onSearch({ cols: undefined })}>
        {t("list.resetColumns")}
      </Button>
    </div>
  );
}
