import { Button } from "antd";
import { File as FileIcon, Upload as UploadIcon, X } from "lucide-react";
import { type FocusEvent, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { EditorProps } from "@/objects/fields/fieldType";
import { UploadRow } from "@/objects/files/UploadRow";
import { useFieldUpload } from "@/objects/files/useFieldUpload";
import { useFileTarget } from "@/objects/files/useFileTarget";
import { asFile } from "./FileField";
import styles from "./fields.module.css";

/** One file: chosen, dropped or pasted; another takes its place, and it can be taken out. */
export default function OneFile({
  id,
  value,
  field,
  onChange,
  onClose,
  autoFocus,
  invalid,
}: EditorProps) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  const file = asFile(value);
  const { upload, send, cancel } = useFieldUpload(field, (made) => onChange(made, true));
  const take = ([first]: File[]) => first && void send(first);
  const { isOver, target } = useFileTarget(take);
  const choice = file ? t("files.replace") : t("files.choose");

  /** Left by keys; the window that offers files to choose from takes no focus within the page. */
  function onBlur({ currentTarget, relatedTarget }: FocusEvent) {
    if (relatedTarget && !currentTarget.contains(relatedTarget) && !upload) onClose?.();
  }

  return (
    <fieldset
      aria-label={field.label}
      className={styles.fileEditor}
      data-over={isOver}
      data-invalid={invalid || undefined}
      onBlur={onBlur}
      {...target}
    >
      {file && (
        <span className={styles.file}>
          <FileIcon size={14} aria-hidden />
          <span className="ellipsis">{file.label}</span>
        </span>
      )}
      {upload && (
        <ul>
          <UploadRow upload={upload} onCancel={cancel} onRetry={() => void send(upload.file)} />
        </ul>
      )}
      <div className={styles.fileActions}>
        <Button
          id={id}
          size="small"
          autoFocus={autoFocus}
          icon={<UploadIcon size={14} />}
          aria-label={`${field.label}: ${choice}`}
          onClick={() => input.current?.click()}
        >
          {choice}
        </Button>
        {file && !field.required && (
          <Button
            size="small"
            type="text"
            icon={<X size={14} />}
            aria-label={`${field.label}: ${t("files.remove")}`}
            onClick={() => onChange(null, true)}
          >
            {t("files.remove")}
          </Button>
        )}
        {onClose && (
          <Button size="small" type="text" onClick={onClose}>
            {t("common.cancel")}
          </Button>
        )}
      </div>
      <input
        ref={input}
        type="file"
        hidden
        aria-label={field.label}
        onChange={(event) => {
          take([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
    </fieldset>
  );
}
