import { useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown } from "antd";
import {
  Download,
  Ellipsis,
  File as FileIcon,
  FileText,
  Image as ImageIcon,
  type LucideIcon,
  Pencil,
  Trash2,
} from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useUndo } from "@/objects/edit/useUndo";
import {
  type Attachment,
  contentUrl,
  deleteAttachment,
  isImage,
  isPdf,
  refreshFiles,
  renameAttachment,
  restoreAttachment,
} from "@/objects/files/attachments";
import { NameInput } from "@/objects/files/NameInput";
import { useErrorText } from "@/ui/errorText";
import { fileSize } from "@/ui/fileSize";
import { useFormat } from "@/ui/format";
import styles from "./files.module.css";

interface Props {
  path: string;
  record: string;
  file: Attachment;
  mayChange: boolean;
  onShow: () => void;
}

function iconOf(file: Attachment): LucideIcon {
  if (isImage(file)) return ImageIcon;
  return isPdf(file) || file.has_preview ? FileText : FileIcon;
}

/** One file: its name opens it, what else can be done is beside it. */
export function FileRow({ path, record, file, mayChange, onShow }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [renaming, setRenaming] = useState(false);
  const { rename, remove } = useFileChanges(path, record, file);
  const Icon = iconOf(file);
  const { name, owner, created_at } = file;

  return (
    <li className={styles.row}>
      <Icon size={16} aria-hidden className={styles.icon} />
      <div className={styles.body}>
        {renaming ? (
          <NameInput
            name={name}
            onDone={(next) => {
              setRenaming(false);
              if (next && next !== name) void rename(next);
            }}
          />
        ) : (
          <Name file={file} onShow={onShow} />
        )}
        <small className="secondary ellipsis">
          {[fileSize(file.size, format.language), owner.label].filter(Boolean).join(" · ")}
          {" · "}
          <time dateTime={created_at} title={format.dateTime(created_at)}>
            {format.relative(created_at)}
          </time>
        </small>
      </div>
      <Button
        type="text"
        size="small"
        href={contentUrl(file.id, true)}
        download={name}
        icon={<Download size={15} />}
        aria-label={t("files.download", { name })}
      />
      {mayChange && (
        <Dropdown
          trigger={["click"]}
          menu={{
            items: [
              {
                key: "rename",
                icon: <Pencil size={14} />,
                label: t("files.rename"),
                onClick: () => setRenaming(true),
              },
              {
                key: "delete",
                icon: <Trash2 size={14} />,
                label: t("common.delete"),
                danger: true,
                onClick: () => void remove(),
              },
            ],
          }}
        >
          <Button
            type="text"
            size="small"
            icon={<Ellipsis size={15} />}
            aria-label={t("files.more", { name })}
          />
        </Dropdown>
      )}
    </li>
  );
}

/** What can be looked at opens beside the page; the rest is for programs of one's own. */
function Name({ file, onShow }: { file: Attachment; onShow: () => void }) {
  const { name } = file;
  if (isImage(file) || isPdf(file) || file.has_preview) {
    return (
      <button type="button" className={`${styles.name} ellipsis`} title={name} onClick={onShow}>
        {name}
      </button>
    );
  }
  return (
    <a
      href={contentUrl(file.id, true)}
      download={name}
      className={`${styles.name} ellipsis`}
      title={name}
    >
      {name}
    </a>
  );
}

function useFileChanges(path: string, record: string, { id, name }: Attachment) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();

  async function tell(change: () => Promise<unknown>, title: string, back: () => Promise<unknown>) {
    try {
      await change();
      offer(title, back);
    } catch (error) {
      message.error(errorText(error));
    }
    await refreshFiles(client, path, record);
  }

  return {
    rename: (next: string) =>
      tell(
        () => renameAttachment(id, next),
        t("files.renamed", { name: next }),
        () => renameAttachment(id, name),
      ),
    remove: () =>
      tell(
        () => deleteAttachment(id),
        t("files.deleted", { name }),
        () => restoreAttachment(id),
      ),
  };
}
