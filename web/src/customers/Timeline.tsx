import { useInfiniteQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { History as HistoryIcon } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import {
  type TimelineEntry,
  type TimelineKind,
  timelineKinds,
  timelineQuery,
} from "@/customers/customerApi";
import { Entry } from "@/customers/TimelineEntry";
import { groupByDay, nearDay } from "@/ui/days";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./timeline.module.css";

interface Props {
  customer: string;
  kinds: readonly TimelineKind[];
  onKinds: (kinds: TimelineKind[]) => void;
}

/** Everything that happened with a customer, newest first, by day. */
export function Timeline({ customer, kinds, onKinds }: Props) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(timelineQuery(customer, kinds));
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = query;
  const entries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section aria-label={t("customer.timeline")}>
      <KindFilter kinds={kinds} onKinds={onKinds} />
      {query.isPending ? (
        <LinesSkeleton lines={8} />
      ) : query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : entries.length === 0 ? (
        <EmptyState
          compact
          icon={HistoryIcon}
          title={t("customer.timelineEmpty")}
          text={t("customer.timelineEmptyText")}
        />
      ) : (
        <Days entries={entries} customer={customer} />
      )}
      {hasNextPage && (
        <OlderOnScroll busy={isFetchingNextPage} onMore={() => void fetchNextPage()} />
      )}
    </section>
  );
}

function Days({ entries, customer }: { entries: TimelineEntry[]; customer: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  return groupByDay(entries, format.timeZone).map(({ day, entries }) => {
    const near = nearDay(day, format.timeZone);
    return (
      <section key={`${day}-${entries[0]?.id}`} className={styles.day}>
        <h3 className={styles.dayTitle}>
          {near ? `${t(`customer.day.${near}`)} · ` : ""}
          {format.day(entries[0]?.at ?? day)}
        </h3>
        <ol>
          {entries.map((entry) => (
            <Entry key={`${entry.kind}-${entry.id}`} entry={entry} customer={customer} />
          ))}
        </ol>
      </section>
    );
  });
}

interface KindFilterProps {
  kinds: readonly TimelineKind[];
  onKinds: (kinds: TimelineKind[]) => void;
}

function KindFilter({ kinds, onKinds }: KindFilterProps) {
  const { t } = useTranslation();
  const all = kinds.length === timelineKinds.length;
  /** The first kind picked shows it alone; further ones are added and taken away. */
  function toggle(kind: TimelineKind) {
    const next = all
      ? [kind]
      : timelineKinds.filter((one) => (one === kind ? !kinds.includes(one) : kinds.includes(one)));
    onKinds(next.length > 0 ? next : [...timelineKinds]);
  }
  return (
    <fieldset className={styles.kinds}>
      <legend className="sr-only">{t("customer.kinds")}</legend>
      <button type="button" aria-pressed={all} onClick={() => onKinds([...timelineKinds])}>
        {t("common.all")}
      </button>
      {timelineKinds.map((kind) => (
        <button
          key={kind}
          type="button"
          aria-pressed={!all && kinds.includes(kind)}
          onClick={() => toggle(kind)}
        >
          {t(`customer.kind.${kind}`)}
        </button>
      ))}
    </fieldset>
  );
}

/** Loads what is older when its end comes into sight; a button for those who do not scroll. */
function OlderOnScroll({ busy, onMore }: { busy: boolean; onMore: () => void }) {
  const { t } = useTranslation();
  const end = useRef<HTMLDivElement>(null);
  const more = useRef(onMore);
  more.current = onMore;
  useEffect(() => {
    if (busy || !end.current || !("IntersectionObserver" in globalThis)) return;
    const observer = new IntersectionObserver(([seen]) => seen?.isIntersecting && more.current(), {
      rootMargin: "400px",
    });
    observer.observe(end.current);
    return () => observer.disconnect();
  }, [busy]);
  return (
    <div ref={end} className={styles.more}>
      <Button type="text" loading={busy} onClick={onMore}>
        {t("customer.older")}
      </Button>
    </div>
  );
}
