import { Button, Drawer } from "antd";
import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Attachment, contentUrl, isImage } from "@/objects/files/attachments";
import styles from "./files.module.css";

interface Props {
  /** A picture or a PDF. */
  file: Attachment | null;
  onClose: () => void;
}

/** Looks at a file without leaving the page. */
export function Preview({ file, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      open={file !== null}
      onClose={onClose}
      size="min(100vw, 960px)"
      title={
        <span className="ellipsis" title={file?.name}>
          {file?.name}
        </span>
      }
      styles={{ body: { padding: 0 } }}
      destroyOnHidden
      extra={
        file && (
          <Button
            href={contentUrl(file.id, true)}
            download={file.name}
            icon={<Download size={15} />}
            aria-label={t("files.download", { name: file.name })}
          />
        )
      }
    >
      {file && (
        <div className={styles.preview}>
          {isImage(file) ? (
            <img src={contentUrl(file.id)} alt={file.name} />
          ) : (
            <iframe src={contentUrl(file.id)} title={file.name} />
          )}
        </div>
      )}
    </Drawer>
  );
}
