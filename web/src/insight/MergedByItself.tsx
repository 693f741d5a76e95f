import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { CircleCheckBig } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useObject } from "@/api/meta";
import { mergedQuery } from "@/insight/duplicatesApi";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./duplicates.module.css";

const TakeBackDialog = lazy(async () => ({
  default: (await import("@/objects/merge/TakeBackDialog")).TakeBackDialog,
}));

/** What was merged without asking, each with its way back. */
export function MergedByItself() {
  const { t } = useTranslation();
  const format = useFormat();
  const object = useObject("customers");
  const query = useInfiniteQuery(mergedQuery);
  const [back, setBack] = useState<string | null>(null);
  if (query.isPending) return <LinesSkeleton lines={6} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const merges = query.data.pages.flatMap(({ items }) => items);
  if (merges.length === 0) {
    return (
      <EmptyState
        icon={CircleCheckBig}
        title={t("duplicates.noneMerged")}
        text={t("duplicates.noneMergedText")}
      />
    );
  }
  return (
    <>
      <ul className={styles.merges} aria-label={t("duplicates.merged")}>
        {merges.map((merge) => (
          <li key={merge.id}>
            <span>
              <Link to="/customers/$id" params={{ id: merge.survivor.id }}>
                {merge.survivor.label}
              </Link>{" "}
              <small className="secondary">
                {t("duplicates.absorbed", {
                  names: format.list(merge.absorbed.map(({ label }) => label ?? "")),
                })}
              </small>
            </span>
            <time className="secondary" dateTime={merge.at} title={format.dateTime(merge.at)}>
              {format.relative(merge.at)}
            </time>
            {merge.can.includes("undo") ? (
              <Button size="small" onClick={() => setBack(merge.id)}>
                {t("merge.back.open")}
              </Button>
            ) : (
              merge.taken_back_at && (
                <small className="secondary">{t("duplicates.takenBack")}</small>
              )
            )}
          </li>
        ))}
      </ul>
      {query.hasNextPage && (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("common.loadMore")}
          </Button>
        </div>
      )}
      {back && (
        <Suspense fallback={null}>
          <TakeBackDialog
            object={object}
            id={back}
            onClose={() => {
              setBack(null);
              void query.refetch();
            }}
          />
        </Suspense>
      )}
    </>
  );
}
