import { useQuery } from "@tanstack/react-query";
import { Button, Select } from "antd";
import { Plus, TextCursorInput } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { FieldDrawer } from "@/fields/FieldDrawer";
import { FieldList } from "@/fields/FieldList";
import { type CustomField, customFieldsQuery } from "@/fields/fieldsApi";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./fields.module.css";

interface Props {
  /** Name of the object whose fields are shown. */
  chosen: string | undefined;
  onChoose: (name: string) => void;
}

/** The fields a firm gives its records, by object. */
export function FieldsPage({ chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const objects = useObjects();
  const query = useQuery(customFieldsQuery);
  const [editing, setEditing] = useState<CustomField | "new" | null>(null);
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const takers = query.data.objects.flatMap((name) => findObject(objects, name) ?? []);
  const object = takers.find(({ name }) => name === chosen) ?? takers[0];
  if (!object) return null;
  const fields = query.data.items.filter((field) => field.object === object.name);
  const add = (
    <Button type="primary" icon={<Plus size={16} />} onClick={() => setEditing("new")}>
      {t("fields.new")}
    </Button>
  );
  return (
    <section className={styles.page}>
      <p className="secondary">{t("fields.text")}</p>
      <header className={styles.header}>
        <label htmlFor={id} className="sr-only">
          {t("fields.object")}
        </label>
        <Select
          id={id}
          className={styles.object}
          value={object.name}
          options={takers.map(({ name, label_plural }) => ({ value: name, label: label_plural }))}
          onChange={onChoose}
        />
        {fields.length > 0 && add}
      </header>
      {fields.length === 0 ? (
        <EmptyState
          icon={TextCursorInput}
          title={t("fields.empty", { what: object.label_plural })}
          text={t("fields.emptyText")}
          action={add}
        />
      ) : (
        <FieldList key={object.name} object={object} fields={fields} onEdit={setEditing} />
      )}
      <FieldDrawer
        object={object}
        editing={editing}
        roles={query.data.roles}
        onClose={() => setEditing(null)}
      />
    </section>
  );
}
