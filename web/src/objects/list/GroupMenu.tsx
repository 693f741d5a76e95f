import { Button, Dropdown } from "antd";
import { Rows3, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import styles from "./list.module.css";

interface Props {
  object: ObjectMeta;
  group: FieldMeta | null;
  onGroup: (name: string | null) => void;
}

/** Chooses the field whose values the list is summed up by. */
export function GroupMenu({ object, group, onGroup }: Props) {
  const { t } = useTranslation();
  const fields = object.fields.filter(({ groupable }) => groupable);
  if (fields.length === 0) return null;
  return (
    <span className={styles.group}>
      <Dropdown
        trigger={["click"]}
        menu={{
          items: fields.map(({ name, label }) => ({ key: name, label })),
          selectedKeys: group ? [group.name] : [],
          onClick: ({ key }) => onGroup(key),
          className: styles.menu,
        }}
      >
        <Button type={group ? "default" : "text"} icon={<Rows3 size={16} />}>
          {group ? t("group.by", { field: group.label }) : t("group.title")}
        </Button>
      </Dropdown>
      {group && (
        <Button
          type="text"
          icon={<X size={15} />}
          aria-label={t("group.none")}
          onClick={() => onGroup(null)}
        />
      )}
    </span>
  );
}
