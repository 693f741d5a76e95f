import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { CircleCheckBig } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { AttentionCard, type Opened } from "@/insight/AttentionCard";
import { itemsOf, neighbour, step } from "@/insight/attentionCache";
import { keyAction } from "@/insight/attentionKeys";
import { type Attention, attentionQuery } from "@/insight/insightApi";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./attention.module.css";

interface Props {
  mine: boolean;
  onMine: (mine: boolean) => void;
}

/** Customers who call for somebody today, most at stake first. */
export function AttentionList({ mine, onMine }: Props) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(attentionQuery(mine));
  const items = itemsOf(query.data);
  const total = query.data?.pages[0]?.total ?? items.length;
  return (
    <section aria-labelledby="attention-title">
      <header className={styles.head}>
        <h2 id="attention-title">
          {t("insight.attention")} {total > 0 && <span className={styles.total}>{total}</span>}
        </h2>
        <Segmented
          size="small"
          aria-label={t("insight.whose")}
          value={mine ? "mine" : "all"}
          options={[
            { value: "mine", label: t("insight.mine") },
            { value: "all", label: t("insight.everyones") },
          ]}
          onChange={(value) => onMine(value === "mine")}
        />
      </header>
      {query.isPending ? (
        <div className={styles.waiting}>
          <LinesSkeleton lines={8} />
        </div>
      ) : query.isError && !query.data ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : items.length === 0 ? (
        <EmptyState
          compact
          icon={CircleCheckBig}
          title={t("insight.allDone")}
          text={t(mine ? "insight.allDoneMine" : "insight.allDoneText")}
        />
      ) : (
        <Feed items={items} total={total} />
      )}
      {query.hasNextPage && (
        <div className={styles.more}>
          <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {t("common.loadMore")}
          </Button>
        </div>
      )}
    </section>
  );
}

function Feed({ items, total }: { items: Attention[]; total: number }) {
  const { t } = useTranslation();
  const { feed, current, setCurrent, opened, setOpened, left } = useTriage(items);
  return (
    <>
      <div ref={feed} role="feed" aria-label={t("insight.attention")} className={styles.feed}>
        {items.map((item, index) => (
          <AttentionCard
            key={item.id}
            item={item}
            position={index + 1}
            total={total}
            isCurrent={item.id === (current ?? items[0]?.id)}
            opened={opened?.id === item.id ? opened.what : null}
            onOpened={(what) => setOpened(what && { id: item.id, what })}
            onFocus={() => setCurrent(item.id)}
            onLeaving={() => left(item.id)}
          />
        ))}
      </div>
      <p className={styles.keys} aria-hidden>
        {t("insight.keys")}
      </p>
    </>
  );
}

/** Which item is looked at, what is opened on it, and the keys that move and act. */
function useTriage(items: Attention[]) {
  const navigate = useNavigate();
  const feed = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const [opened, setOpened] = useState<{ id: string; what: Opened } | null>(null);

  function look(id: string | null) {
    setCurrent(id);
    if (!id) return;
    requestAnimationFrame(() => {
      const card = feed.current?.querySelector<HTMLElement>(`[data-id="${id}"]`);
      card?.focus();
      card?.scrollIntoView({ block: "nearest" });
    });
  }

  function onKey(event: KeyboardEvent) {
    const action = keyAction(event);
    const inside = feed.current?.contains(event.target as Node) || event.target === document.body;
    if (!action || opened || !inside || event.defaultPrevented) return;
    const item = items.find(({ id }) => id === (current ?? items[0]?.id));
    if (action === "next") look(current ? step(items, current, 1) : (items[0]?.id ?? null));
    else if (action === "previous") look(step(items, current, -1));
    else if (!item) return;
    else if (action === "open") {
      void navigate({ to: "/customers/$id", params: { id: item.customer.id } });
    } else if (item.can.includes(action)) {
      look(item.id);
      setOpened({ id: item.id, what: action });
    } else return;
    event.preventDefault();
  }

  const handler = useRef(onKey);
  handler.current = onKey;
  useEffect(() => {
    const listen = (event: KeyboardEvent) => handler.current(event);
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);

  const left = (id: string) => {
    setOpened(null);
    look(neighbour(items, id));
  };
  return { feed, current, setCurrent, opened, setOpened, left };
}
