import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Paperclip, Plus } from "lucide-react";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "@/api/types";
import { type Attachment, attachmentsQuery } from "@/objects/files/attachments";
import { FileRow } from "@/objects/files/FileRow";
import Preview from "@/objects/files/Preview";
import { UploadRow } from "@/objects/files/UploadRow";
import { useFileTarget } from "@/objects/files/useFileTarget";
import { useUploads } from "@/objects/files/useUploads";
import { useCommands } from "@/ui/commands";
import { ErrorState } from "@/ui/ErrorState";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./files.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
}

/** The files of a record: dropped, pasted or chosen, looked at, renamed and deleted. */
export function Files({ object, id }: Props) {
  const { t } = useTranslation();
  const title = useId();
  const query = useInfiniteQuery(attachmentsQuery(object.path, id));
  const first = query.data?.pages[0];
  const files = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const mayChange = first?.can.includes("change") ?? false;
  const { uploads, add, cancel, retry } = useUploads(object.path, id, first?.limit_bytes);
  const [shown, setShown] = useState<Attachment | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const choose = () => input.current?.click();
  const { isOver, target } = useFileTarget(mayChange ? add : null);
  useCommands(
    mayChange
      ? [
          {
            id: "add file",
            label: t("files.add"),
            icon: Paperclip,
            group: t("palette.group.record"),
            run: choose,
          },
        ]
      : [],
  );

  return (
    <section className={styles.card} aria-labelledby={title} data-over={isOver} {...target}>
      <header className={styles.head}>
        <h2 id={title} className={styles.title}>
          {t("files.title")}
        </h2>
        {mayChange && (
          <>
            <Button
              type="text"
              size="small"
              icon={<Plus size={15} />}
              aria-label={t("files.add")}
              onClick={choose}
            />
            <input
              ref={input}
              type="file"
              multiple
              hidden
              aria-label={t("files.add")}
              onChange={(event) => {
                add([...(event.target.files ?? [])]);
                event.target.value = "";
              }}
            />
          </>
        )}
      </header>
      {query.isPending && <LinesSkeleton lines={2} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {uploads.length > 0 && (
        <ul>
          {uploads.map((upload) => (
            <UploadRow
              key={upload.key}
              upload={upload}
              onCancel={() => cancel(upload.key)}
              onRetry={() => retry(upload)}
            />
          ))}
        </ul>
      )}
      {first && files.length + uploads.length === 0 && (
        <p className={styles.empty}>{t(mayChange ? "files.empty" : "common.none")}</p>
      )}
      <ul>
        {files.map((file) => (
          <FileRow
            key={file.id}
            path={object.path}
            record={id}
            file={file}
            mayChange={mayChange}
            onShow={() => setShown(file)}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <Button
          size="small"
          loading={query.isFetchingNextPage}
          onClick={() => query.fetchNextPage()}
        >
          {t("common.loadMore")}
        </Button>
      )}
      <Preview file={shown} onClose={() => setShown(null)} />
    </section>
  );
}
