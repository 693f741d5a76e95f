import { Button } from "antd";
import { RotateCw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Upload } from "@/objects/files/useUploads";
import { Progress } from "@/ui/Progress";
import styles from "./files.module.css";

interface Props {
  upload: Upload;
  onCancel: () => void;
  onRetry: () => void;
}

/** A file on its way, or what kept it from arriving. */
export function UploadRow({ upload: { file, share, error }, onCancel, onRetry }: Props) {
  const { t } = useTranslation();
  return (
    <li className={styles.row}>
      <div className={styles.body}>
        <span className="ellipsis" title={file.name}>
          {file.name}
        </span>
        {error ? (
          <small role="alert" className={styles.problem}>
            {error}
          </small>
        ) : (
          <Progress percent={share * 100} aria-label={t("files.uploading", { name: file.name })} />
        )}
      </div>
      {error && (
        <Button
          type="text"
          size="small"
          icon={<RotateCw size={15} />}
          aria-label={t("files.retry", { name: file.name })}
          onClick={onRetry}
        />
      )}
      <Button
        type="text"
        size="small"
        icon={<X size={15} />}
        aria-label={t(error ? "files.dismiss" : "files.cancel", { name: file.name })}
        onClick={onCancel}
      />
    </li>
  );
}
