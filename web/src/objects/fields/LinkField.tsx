import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Select } from "antd";
import { useDeferredValue, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { lookupQuery } from "@/api/records";
import type { FieldMeta, LinkValue, ObjectMeta } from "@/api/types";
import type { DisplayProps, EditorProps, FieldType } from "@/objects/fields/fieldType";
import { recordPath } from "@/objects/record/recordPath";
import styles from "./fields.module.css";

const asLink = (value: unknown) => (value as LinkValue | null | undefined) ?? null;

/** Objects without a page of their own show as plain text. */
const withoutPage = new Set(["user", "role", "team", "territory", "tag"]);

function LinkDisplay({ value, field }: DisplayProps) {
  const { t } = useTranslation();
  const object = findObject(useObjects(), field.target ?? "");
  const link = asLink(value);
  if (!link) return null;
  if (link.label === null) return <span className="secondary">{t("record.unseen")}</span>;
  if (!object || withoutPage.has(object.name)) return <>{link.label}</>;
  return (
    <Link to={recordPath(object.path, link.id)} onClick={(event) => event.stopPropagation()}>
      {link.label}
    </Link>
  );
}

/** Records of the target by any part of their name; the choice stays while the list changes. */
export function useLookup(object: ObjectMeta | undefined, text: string) {
  const title = object?.title_field ?? "name";
  const { data = [], isFetching } = useQuery({
    ...lookupQuery(object?.path ?? "", text, [title]),
    enabled: object !== undefined,
    placeholderData: keepPreviousData,
  });
  return { found: data.map((row) => ({ id: row.id, label: String(row[title]) })), isFetching };
}

function LinkEditor({ id, value, field, onChange, onClose, ...rest }: EditorProps) {
  const { t } = useTranslation();
  const object = findObject(useObjects(), field.target ?? "");
  const [text, setText] = useState("");
  const { found, isFetching } = useLookup(object, useDeferredValue(text));
  const chosen = asLink(value);
  const links = chosen && !found.some((link) => link.id === chosen.id) ? [chosen, ...found] : found;
  return (
    <Select
      id={id}
      className={styles.full}
      aria-label={field.label}
      value={chosen?.id ?? null}
      options={links.map(({ id, label }) => ({ value: id, label: label ?? t("record.unseen") }))}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={isFetching}
      allowClear={!field.required}
      autoFocus={rest.autoFocus}
      defaultOpen={rest.open}
      status={rest.invalid ? "error" : undefined}
      onChange={(next) => onChange(links.find((link) => link.id === next) ?? null, true)}
      onOpenChange={(open) => open || onClose?.()}
    />
  );
}

export const linkType: FieldType = {
  Display: LinkDisplay,
  Editor: LinkEditor,
  inline: "picker",
  width: 150,
  toText: (value: unknown, _field: FieldMeta) => asLink(value)?.label ?? "",
  toWire: (value) => asLink(value)?.id ?? null,
};
