import { useQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { Download, FileX } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type Attachment,
  contentUrl,
  type Preview,
  previewQuery,
} from "@/objects/files/attachments";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./preview.module.css";

const Markdown = lazy(() => import("@/objects/richtext/Markdown"));

/** What the server read in a file: text, never markup, so that nothing of it can run or load. */
export default function MadePreview({ file }: { file: Attachment }) {
  const { t } = useTranslation();
  const query = useQuery(previewQuery(file.id));
  if (query.isPending) return <LinesSkeleton lines={12} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const preview = query.data;
  if (preview.kind === "none") {
    return (
      <EmptyState
        icon={FileX}
        title={t("files.preview.none")}
        text={preview.why}
        action={
          <Button
            type="primary"
            href={contentUrl(file.id, true)}
            download={file.name}
            icon={<Download size={15} />}
          >
            {t("files.preview.download")}
          </Button>
        }
      />
    );
  }
  return (
    <div className={styles.preview}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, by keys too */}
      <section className={styles.shown} tabIndex={0} aria-label={file.name}>
        <Shown preview={preview} />
      </section>
      {preview.more && (
        <p role="note" className={styles.more}>
          {t("files.preview.more")}
        </p>
      )}
    </div>
  );
}

function Shown({ preview }: { preview: Preview }) {
  switch (preview.kind) {
    case "tables":
      return <Tables tables={preview.tables} />;
    case "document":
      return <Blocks blocks={preview.blocks} />;
    case "markdown":
      return (
        <Suspense fallback={<Plain>{preview.text}</Plain>}>
          <Markdown text={preview.text} />
        </Suspense>
      );
    default:
      return <Plain>{preview.text}</Plain>;
  }
}

const Plain = ({ children }: { children: ReactNode }) => (
  <pre className={styles.text}>{children}</pre>
);

/** One sheet at a time, chosen by its name. */
function Tables({ tables }: { tables: Preview["tables"] }) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState(0);
  const table = tables[chosen];
  return (
    <>
      {tables.length > 1 && (
        <Segmented
          className={styles.sheets}
          aria-label={t("files.preview.sheets")}
          value={chosen}
          options={tables.map(({ name }, value) => ({ value, label: name }))}
          onChange={setChosen}
        />
      )}
      {table && table.rows.length > 0 ? (
        <Table rows={table.rows} hasHeader={table.has_header} />
      ) : (
        <p className="secondary">{t("common.none")}</p>
      )}
    </>
  );
}

function Table({ rows, hasHeader = false }: { rows: string[][]; hasHeader?: boolean }) {
  const width = Math.max(...rows.map((row) => row.length));
  const places = [...Array(width).keys()];
  const [head, ...body] = hasHeader ? rows : [null, ...rows];
  return (
    <table className={styles.table}>
      {head && (
        <thead>
          <tr>
            {places.map((place) => (
              <th key={place} scope="col">
                {head[place]}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {body.map((row, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have nothing but their place
          <tr key={number}>
            {places.map((place) => (
              <td key={place}>{row?.[place]}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Blocks({ blocks }: { blocks: Preview["blocks"] }) {
  return (
    <div className={styles.document}>
      {blocks.map((block, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of a file have nothing but their place
        <Block key={place} block={block} />
      ))}
    </div>
  );
}

function Block({ block }: { block: Preview["blocks"][number] }) {
  switch (block.kind) {
    case "heading":
      // The page has headings of its own: those of a file come below them.
      return block.level === 1 ? <h3>{block.text}</h3> : <h4>{block.text}</h4>;
    case "table":
      return <Table rows={block.rows ?? []} />;
    default:
      return <p data-item={block.kind === "item"}>{block.text}</p>;
  }
}
