import { useMutation } from "@tanstack/react-query";
import { App, Button } from "antd";
import { Archive, ArchiveRestore, ArrowDown, ArrowUp, Pencil } from "lucide-react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import { archiveField, type CustomField, orderFields, restoreField } from "@/fields/fieldsApi";
import { useFieldsChanged } from "@/fields/useFieldsChanged";
import { useUndo } from "@/objects/edit/useUndo";
import { Chip } from "@/ui/Chip";
import { useErrorText } from "@/ui/errorText";
import { textIn } from "@/ui/languages";
import styles from "./fields.module.css";

interface Props {
  object: ObjectMeta;
  fields: CustomField[];
  onEdit: (field: CustomField) => void;
}

/** Fields in use, in the order of forms, and below them those that are archived. */
export function FieldList({ object, fields, onEdit }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const changed = useFieldsChanged();
  const { offer } = useUndo();
  const label = useLabel();
  const used = fields.filter(({ archived }) => !archived);
  const archived = fields.filter((field) => field.archived);
  const options = {
    onSettled: changed,
    onError: (error: unknown) => void message.error(errorText(error)),
  };
  const archive = useMutation({
    ...options,
    mutationFn: archiveField,
    onSuccess: (_answer, field) =>
      offer(t("fields.archived", { name: label(field) }), async () => {
        await restoreField(field);
        await changed();
      }),
  });
  const restore = useMutation({ ...options, mutationFn: restoreField });
  const order = useMutation({
    ...options,
    mutationFn: (ids: string[]) => orderFields(object.name, ids),
  });

  function move(at: number, by: number) {
    const ids = used.map(({ id }) => id);
    const [moved] = ids.splice(at, 1);
    if (moved) ids.splice(at + by, 0, moved);
    order.mutate(ids);
  }

  return (
    <>
      {used.length > 0 && (
        <ol className={styles.rows}>
          {used.map((field, at) => (
            <li key={field.id} className={styles.row}>
              <FieldName field={field} />
              <div className={styles.actions}>
                <Button
                  type="text"
                  icon={<ArrowUp size={15} />}
                  aria-label={t("fields.up", { name: label(field) })}
                  disabled={at === 0 || order.isPending}
                  onClick={() => move(at, -1)}
                />
                <Button
                  type="text"
                  icon={<ArrowDown size={15} />}
                  aria-label={t("fields.down", { name: label(field) })}
                  disabled={at === used.length - 1 || order.isPending}
                  onClick={() => move(at, 1)}
                />
                <Button
                  type="text"
                  icon={<Pencil size={15} />}
                  aria-label={t("fields.edit", { name: label(field) })}
                  onClick={() => onEdit(field)}
                />
                <Button
                  type="text"
                  icon={<Archive size={15} />}
                  aria-label={t("fields.archive", { name: label(field) })}
                  onClick={() => archive.mutate(field)}
                />
              </div>
            </li>
          ))}
        </ol>
      )}
      {archived.length > 0 && (
        <>
          <h2 className={styles.heading}>{t("fields.archivedTitle")}</h2>
          <p className="secondary">{t("fields.archivedText")}</p>
          <ul className={styles.rows}>
            {archived.map((field) => (
              <li key={field.id} className={styles.row}>
                <FieldName field={field} />
                <Button
                  icon={<ArchiveRestore size={15} />}
                  aria-label={t("fields.restoreOne", { name: label(field) })}
                  onClick={() => restore.mutate(field)}
                >
                  {t("fields.restore")}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function useLabel() {
  const { i18n } = useTranslation();
  return (field: CustomField) => textIn(field.labels, i18n.language);
}

function FieldName({ field }: { field: CustomField }) {
  const { t } = useTranslation();
  const label = useLabel();
  const target = findObject(useObjects(), String(field.settings.target ?? ""));
  const masked = Object.keys(field.masks).length;
  return (
    <div className={styles.name}>
      <strong className="ellipsis">{label(field)}</strong>
      <span className={styles.marks}>
        <Chip color="blue">
          {t(`fields.type.${field.type}`)}
          {target && ` → ${target.label}`}
        </Chip>
        {field.required && <Chip color="volcano">{t("fields.required")}</Chip>}
        {masked > 0 && <Chip>{t("fields.limited", { count: masked })}</Chip>}
        <code className="secondary">custom.{field.key}</code>
      </span>
    </div>
  );
}
