import { useInfiniteQuery } from "@tanstack/react-query";
import { Button, Segmented } from "antd";
import { CircleCheckBig, Search } from "lucide-react";
import { useTranslation } from "react-i18next";
import { DuplicatePairs } from "@/insight/DuplicatePairs";
import { type PairState, pairsQuery, type QueueState, startSearch } from "@/insight/duplicatesApi";
import { MergedByItself } from "@/insight/MergedByItself";
import { QualityHeader } from "@/insight/quality/QualityHeader";
import { useRun } from "@/insight/useRun";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { Progress } from "@/ui/Progress";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./duplicates.module.css";

interface Props {
  state: QueueState;
  onState: (state: QueueState) => void;
  onMerge: (ids: string[]) => void;
}

/** Customers who may be one, the likeliest and those worth most first; and what became one by itself. */
export function DuplicatesPage({ state, onState, onMerge }: Props) {
  const { t } = useTranslation();
  const search = useSearch();
  return (
    <section className={styles.page}>
      <QualityHeader />
      {state === "merged" ? (
        <>
          <div className={styles.header}>
            <Which state={state} onState={onState} />
          </div>
          <h2 className="sr-only">{t("duplicates.merged")}</h2>
          <MergedByItself />
        </>
      ) : (
        <Queue state={state} onState={onState} onMerge={onMerge} search={search} />
      )}
    </section>
  );
}

function Which({ state, onState }: Pick<Props, "state" | "onState">) {
  const { t } = useTranslation();
  return (
    <Segmented
      size="small"
      aria-label={t("duplicates.which")}
      value={state}
      options={[
        { value: "open", label: t("duplicates.open") },
        { value: "not_the_same", label: t("duplicates.notTheSame") },
        { value: "merged", label: t("duplicates.merged") },
      ]}
      onChange={onState}
    />
  );
}

interface QueueProps extends Props {
  state: PairState;
  search: ReturnType<typeof useSearch>;
}

function Queue({ state, onState, onMerge, search }: QueueProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const query = useInfiniteQuery(pairsQuery(state));
  const first = query.data?.pages[0];
  const pairs = query.data?.pages.flatMap(({ items }) => items) ?? [];
  const searched = first?.searched_at;
  return (
    <>
      <div className={styles.header}>
        {first && first.total > 0 && (
          <span className={styles.left} role="status">
            {t(state === "open" ? "duplicates.left" : "duplicates.decided", {
              count: first.total,
              number: format.number(first.total) + (first.at_least ? "+" : ""),
            })}
          </span>
        )}
        <Which state={state} onState={onState} />
        <div className={styles.search}>
          {search.running ? (
            <>
              <small className="secondary">{search.running.message || search.running.title}</small>
              <Progress percent={search.percent} aria-label={search.running.title} />
            </>
          ) : (
            searched &&
            pairs.length > 0 && (
              <>
                <small className="secondary" title={format.dateTime(searched)}>
                  {t("duplicates.searched", { when: format.relative(searched) })}
                </small>
                <SearchButton search={search} />
              </>
            )
          )}
        </div>
      </div>
      {query.isPending ? (
        <LinesSkeleton lines={10} />
      ) : query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : pairs.length > 0 ? (
        <DuplicatePairs state={state} pairs={pairs} onMerge={onMerge} />
      ) : state === "open" ? (
        <EmptyState
          icon={CircleCheckBig}
          title={t(searched ? "duplicates.none" : "duplicates.never")}
          text={
            searched
              ? t("duplicates.noneText", { when: format.relative(searched) })
              : t("duplicates.neverText")
          }
          action={!search.running && <SearchButton search={search} primary />}
        />
      ) : (
        <EmptyState
          icon={CircleCheckBig}
          title={t("duplicates.noneDecided")}
          text={t("duplicates.noneDecidedText")}
        />
      )}
      {query.hasNextPage && (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("common.loadMore")}
          </Button>
        </div>
      )}
    </>
  );
}

/** The search under way, with how far it is; when it is through the frame asks for all anew. */
function useSearch() {
  const run = useRun<void>("find_duplicates", startSearch);
  const { done = 0, total = 0 } = run.running ?? {};
  return { ...run, percent: total ? Math.round((100 * done) / total) : 0 };
}

interface SearchProps {
  search: ReturnType<typeof useSearch>;
  primary?: boolean;
}

function SearchButton({ search, primary }: SearchProps) {
  const { t } = useTranslation();
  return (
    <Button
      type={primary ? "primary" : "default"}
      icon={<Search size={15} />}
      loading={search.isStarting}
      onClick={() => search.start()}
    >
      {t("duplicates.search")}
    </Button>
  );
}
