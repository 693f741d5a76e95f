import { File as FileIcon } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import type { FileValue } from "@/api/types";
import type { DisplayProps, EditorProps, FieldType } from "@/objects/fields/fieldType";
import styles from "./fields.module.css";

const OneFile = lazy(() => import("@/objects/fields/OneFile"));
const OpenedFile = lazy(() => import("@/objects/fields/OpenedFile"));

export const asFile = (value: unknown) => (value as FileValue | null | undefined) ?? null;

/** Only what the record holds now can be opened: what it held before has but a name, if any. */
function FileDisplay({ value, record, plain }: DisplayProps) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const file = asFile(value);
  if (!file) return null;
  const label = file.label ?? t("files.erased");
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: what is clicked is within
    <span className={styles.file} onClick={plain ? undefined : (event) => event.stopPropagation()}>
      <FileIcon size={14} aria-hidden />
      {plain || !record ? (
        <span className="ellipsis">{label}</span>
      ) : (
        <button type="button" className="ellipsis" title={label} onClick={() => setOpen(true)}>
          {label}
        </button>
      )}
      {open && (
        <Suspense>
          <OpenedFile id={file.id} onClose={() => setOpen(false)} />
        </Suspense>
      )}
    </span>
  );
}

function FileEditor(props: EditorProps) {
  const { t } = useTranslation();
  // For several records there is nothing to choose: a file is one record's alone.
  if (props.many) return <em className="secondary">{t("files.emptied")}</em>;
  return (
    <Suspense>
      <OneFile {...props} />
    </Suspense>
  );
}

export const fileType: FieldType = {
  Display: FileDisplay,
  Editor: FileEditor,
  inline: "picker",
  width: 180,
  toText: (value) => asFile(value)?.label ?? "",
  toWire: (value) => asFile(value)?.id ?? null,
};
