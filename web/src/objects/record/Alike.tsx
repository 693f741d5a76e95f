import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { type Found, searchQuery } from "@/api/search";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import { recordPath } from "@/objects/record/recordPath";
import { useDebounced } from "@/ui/useDebounced";
import styles from "./record.module.css";

const pause = 300; // milliseconds without a key
const most = 3;
const ideograph = /\p{Script=Han}/u;

/** Whether two records with the same value may be one. */
export const tellsApart = (object: ObjectMeta, field: FieldMeta) =>
  object.search &&
  (field.name === object.title_field || field.type === "phone" || field.type === "email");

/** What is worth looking for: a whole number or address, and of a name enough to tell it from others. */
export function worthAsking(field: FieldMeta, value: unknown): string {
  const text = typeof value === "string" ? value.trim() : "";
  if (field.type === "phone") return text.replace(/\D/g, "").length >= 7 ? text : "";
  if (field.type === "email") return /^\S+@\S+\.\S+$/.test(text) ? text : "";
  return [...text].length >= (ideograph.test(text) ? 2 : 4) ? text : "";
}

interface Props {
  object: ObjectMeta;
  field: FieldMeta;
  value: unknown;
  onOpen: () => void;
}

/** While a new record is typed: those there already that have the same name, number or address. */
export function Alike({ object, field, value, onOpen }: Props) {
  const { t } = useTranslation();
  const isTitle = field.name === object.title_field;
  const text = useDebounced(worthAsking(field, value), pause);
  const { data } = useQuery({
    ...searchQuery(text, object.name),
    enabled: text !== "",
    placeholderData: keepPreviousData,
  });
  // A name also finds who is mentioned with it: only those called so are meant.
  const isMeant = (found: Found) =>
    isTitle ? found.title.marks.length > 0 : found.detail?.field === field.name;
  const found = text === "" ? [] : (data ?? []).filter(isMeant).slice(0, most);
  return (
    <small role="status" className={styles.alike}>
      {found.length > 0 && t("record.alike")}
      {found.map(({ id, title, detail }) => (
        <Link key={id} to={recordPath(object.path, id)} onClick={onOpen}>
          {[title.text, detail?.text].filter(Boolean).join(" · ")}
        </Link>
      ))}
    </small>
  );
}
