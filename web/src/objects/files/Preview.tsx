import { Button, Drawer } from "antd";
import { Download } from "lucide-react";
import { lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { type Attachment, contentUrl, isImage, isPdf } from "@/objects/files/attachments";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./files.module.css";

const MadePreview = lazy(() => import("@/objects/files/MadePreview"));

interface Props {
  /** A picture, a PDF, or what the server can show something of. */
  file: Attachment | null;
  onClose: () => void;
}

/** Looks at a file without leaving the page. */
export default function Preview({ file, onClose }: Props) {
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
      {file && <Content file={file} />}
    </Drawer>
  );
}

function Content({ file }: { file: Attachment }) {
  if (!isImage(file) && !isPdf(file)) {
    return (
      <Suspense fallback={<LinesSkeleton lines={12} />}>
        <MadePreview file={file} />
      </Suspense>
    );
  }
  return (
    <div className={styles.preview}>
      {isImage(file) ? (
        <img src={contentUrl(file.id)} alt={file.name} />
      ) : (
        <iframe src={contentUrl(file.id)} title={file.name} />
      )}
    </div>
  );
}
