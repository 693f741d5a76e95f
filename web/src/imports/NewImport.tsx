import { useQueryClient, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, Button, Select } from "antd";
import { FileX2 } from "lucide-react";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { upload } from "@/api/upload";
import { DropZone } from "@/imports/DropZone";
import { type Import, importQuery, importsQuery, targetsQuery } from "@/imports/importsApi";
import { EmptyState } from "@/ui/EmptyState";
import { useErrorText } from "@/ui/errorText";
import { Progress } from "@/ui/Progress";
import styles from "./imports.module.css";

/** The usual two come first; everything else is in a list. */
const usual = ["customer", "purchase"];

interface Props {
  target: string | undefined;
  onTarget: (target: string) => void;
}

/** The first step: what the file holds, and the file. */
export function NewImport({ target: asked, onTarget }: Props) {
  const { t } = useTranslation();
  const { data: targets } = useSuspenseQuery(targetsQuery);
  const target = targets.find(({ name }) => name === asked) ?? targets[0];
  const { send, cancel, progress, file, error } = useSending();
  if (!target) {
    return <EmptyState icon={FileX2} title={t("imports.none")} text={t("imports.noTargets")} />;
  }
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t("imports.new")}</h1>
      </header>
      <div className={styles.narrow}>
        <TargetChoice targets={targets} value={target.name} onChange={onTarget} />
        {file ? (
          <Uploading file={file} progress={progress} onCancel={cancel} />
        ) : (
          <DropZone onFile={(chosen) => void send(chosen, target.name)} />
        )}
        {error && <Alert type="error" role="alert" showIcon title={error} />}
      </div>
    </div>
  );
}

interface TargetProps {
  targets: { name: string; label: string }[];
  value: string;
  onChange: (target: string) => void;
}

function TargetChoice({ targets, value, onChange }: TargetProps) {
  const { t } = useTranslation();
  const id = useId();
  const first = targets.filter(({ name }) => usual.includes(name));
  const others = targets.filter(({ name }) => !usual.includes(name));
  const isOther = others.some(({ name }) => name === value);
  return (
    <fieldset className={styles.targets}>
      <legend>{t("imports.what")}</legend>
      {first.map(({ name }) => (
        <label key={name} className={styles.target} data-chosen={name === value}>
          <input type="radio" name={id} checked={name === value} onChange={() => onChange(name)} />
          <strong>{t(`imports.target.${name as "customer"}.title`)}</strong>
          <span className="secondary">{t(`imports.target.${name as "customer"}.text`)}</span>
        </label>
      ))}
      {others.length > 0 && (
        <div className={styles.otherTarget}>
          <label htmlFor={`${id}-other`}>{t("imports.otherTarget")}</label>
          <Select
            id={`${id}-other`}
            value={isOther ? value : null}
            placeholder={t("imports.otherTargetHint")}
            options={others.map(({ name, label }) => ({ value: name, label }))}
            showSearch={{ optionFilterProp: "label" }}
            onChange={onChange}
          />
        </div>
      )}
    </fieldset>
  );
}

interface UploadingProps {
  file: File;
  progress: number;
  onCancel: () => void;
}

function Uploading({ file, progress, onCancel }: UploadingProps) {
  const { t } = useTranslation();
  const isSent = progress >= 1;
  return (
    <div className={styles.uploading} role="status">
      <div className={styles.uploadHead}>
        <strong className="ellipsis" title={file.name}>
          {file.name}
        </strong>
        <Button size="small" onClick={onCancel}>
          {t("common.cancel")}
        </Button>
      </div>
      <Progress percent={progress * 100} aria-label={t("imports.uploading")} />
      <small className="secondary">{t(isSent ? "imports.detecting" : "imports.uploading")}</small>
    </div>
  );
}

/** Sends the file and goes on to the import it became. */
function useSending() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const [file, setFile] = useState<File | null>(null);
  const [progress, setProgress] = useState(0);
  const [error, setError] = useState("");
  const stop = useRef<AbortController | null>(null);

  async function send(chosen: File, target: string) {
    const controller = new AbortController();
    stop.current = controller;
    setFile(chosen);
    setProgress(0);
    setError("");
    try {
      const form = { target, file: chosen };
      const sending = { onProgress: setProgress, signal: controller.signal };
      const imported = await upload<Import>("/imports", form, sending);
      client.setQueryData(importQuery(imported.id).queryKey, imported);
      void client.invalidateQueries({ queryKey: importsQuery.queryKey });
      await navigate({ to: "/imports/$id", params: { id: imported.id } });
    } catch (problem) {
      setFile(null);
      if (!controller.signal.aborted) setError(errorText(problem));
    }
  }
  return { send, cancel: () => stop.current?.abort(), progress, file, error };
}
