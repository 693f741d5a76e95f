import { Button } from "antd";
import { Rows3, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import { Choose } from "@/objects/list/Choose";
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
      <Choose
        label={group ? t("group.by", { field: group.label }) : t("group.title")}
        icon={<Rows3 size={16} />}
        items={fields.map(({ name, label }) => ({ key: name, label }))}
        chosen={group?.name}
        isSet={group !== null}
        onChoose={onGroup}
      />
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
