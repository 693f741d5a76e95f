import { Button, Modal, Select } from "antd";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { Values } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { toWire, typeOf } from "@/objects/fields/fieldTypes";
import styles from "./list.module.css";

interface Props {
  object: ObjectMeta;
  title: string;
  onCancel: () => void;
  onSave: (values: Values) => Promise<void>;
}

/** Fields to set on many records at once; a field left empty is emptied, and says so. */
export function BulkEdit({ object, title, onCancel, onSave }: Props) {
  const { t } = useTranslation();
  const [values, setValues] = useState<Values>({});
  const [busy, setBusy] = useState(false);
  const names = Object.keys(values);
  const free = object.fields.filter(
    (field) => !field.read_only && typeOf(field).inline !== "none" && !(field.name in values),
  );

  async function save() {
    setBusy(true);
    const wire = Object.entries(values).map(([name, value]) => {
      const field = fieldOf(object, name);
      return [name, field ? toWire(field, value) : value];
    });
    await onSave(Object.fromEntries(wire));
    setBusy(false);
  }

  return (
    <Modal
      open
      title={t("bulk.editTitle", { what: title })}
      okText={t("common.save")}
      okButtonProps={{ disabled: names.length === 0, loading: busy }}
      onOk={save}
      onCancel={onCancel}
    >
      <div className={styles.form}>
        {names.map((name) => {
          const field = fieldOf(object, name);
          if (!field) return null;
          const { Editor } = typeOf(field);
          return (
            <div key={name} className={styles.bulkField}>
              <span className="ellipsis" title={field.label}>
                {field.label}
              </span>
              <Editor
                field={field}
                value={values[name]}
                many
                onChange={(value) => setValues((old) => ({ ...old, [name]: value }))}
              />
              <Button
                type="text"
                icon={<X size={15} />}
                aria-label={t("bulk.leaveOut", { field: field.label })}
                onClick={() => setValues(({ [name]: _, ...rest }) => rest)}
              />
            </div>
          );
        })}
        <Select
          aria-label={t("bulk.addField")}
          placeholder={
            <span className={styles.placeholder}>
              <Plus size={14} aria-hidden /> {t("bulk.addField")}
            </span>
          }
          value={null}
          showSearch={{ optionFilterProp: "label" }}
          options={free.map(({ name, label }) => ({ value: name, label }))}
          onChange={(name: string | null) => {
            const field = name ? fieldOf(object, name) : undefined;
            if (field)
              setValues((old) => ({
                ...old,
                [field.name]: field.type === "boolean" ? false : null,
              }));
          }}
        />
      </div>
    </Modal>
  );
}
