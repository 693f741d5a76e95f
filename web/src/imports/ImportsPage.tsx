import { useQuery, useSuspenseInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { Upload } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Import, type ImportState, importsQuery, targetsQuery } from "@/imports/importsApi";
import { Chip } from "@/ui/Chip";
import { EmptyState } from "@/ui/EmptyState";
import { useFormat } from "@/ui/format";
import styles from "./imports.module.css";

const colors: Record<ImportState, string> = {
  uploaded: "cyan",
  previewing: "blue",
  previewed: "gold",
  running: "blue",
  done: "green",
  failed: "red",
  cancelled: "orange",
  undoing: "blue",
  undone: "purple",
};

/** Earlier imports with their state; each goes on where it was left. */
export function ImportsPage() {
  const { t } = useTranslation();
  const query = useSuspenseInfiniteQuery(importsQuery);
  const imports = query.data.pages.flatMap(({ items }) => items);
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <h1>{t("imports.title")}</h1>
        {imports.length > 0 && <NewLink />}
      </header>
      {imports.length === 0 ? (
        <EmptyState
          icon={Upload}
          title={t("imports.empty")}
          text={t("imports.emptyText")}
          action={<NewLink />}
        />
      ) : (
        <ul className={styles.imports}>
          {imports.map((imported) => (
            <ImportItem key={imported.id} imported={imported} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("common.loadMore")}
          </Button>
        </div>
      )}
    </div>
  );
}

function NewLink() {
  const { t } = useTranslation();
  return (
    <Link to="/imports/new" className={styles.primaryLink}>
      <Upload size={15} aria-hidden />
      {t("imports.new")}
    </Link>
  );
}

function ImportItem({ imported }: { imported: Import }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data: targets = [] } = useQuery(targetsQuery);
  const { counts, state, target } = imported;
  const label = targets.find(({ name }) => name === target)?.label ?? target;
  return (
    <li className={styles.import}>
      <div className={styles.importText}>
        <Link
          to="/imports/$id"
          params={{ id: imported.id }}
          className="ellipsis"
          title={imported.file_name}
        >
          {imported.file_name}
        </Link>
        <small className="secondary">
          {label} ·{" "}
          <span title={format.dateTime(imported.created_at)}>
            {format.relative(imported.created_at)}
          </span>
        </small>
      </div>
      <span className="secondary tabular">
        {counts.rows !== undefined &&
          t("imports.rows", { count: counts.rows, number: format.number(counts.rows) })}
        {counts.reject
          ? ` · ${t("imports.rejected", { number: format.number(counts.reject) })}`
          : ""}
      </span>
      <Chip color={colors[state]}>{t(`imports.state.${state}`)}</Chip>
    </li>
  );
}
