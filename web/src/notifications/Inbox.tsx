import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Drawer } from "antd";
import { BellRing, CheckCheck } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { NotificationItem } from "@/notifications/NotificationItem";
import { inboxQuery, type Notification, read, readAll } from "@/notifications/notificationsApi";
import { groupByDay, nearDay } from "@/ui/days";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { isComposing } from "@/ui/keys";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./notifications.module.css";

interface Props {
  open: boolean;
  onClose: () => void;
  /** Objects whose records have a page in the navigation. */
  pages: ReadonlySet<string>;
  /** What is running just now, above all news. */
  children: ReactNode;
}

/** What one was told, by day; j and k move, Enter opens, Esc closes. */
export function Inbox({ open, onClose, pages, children }: Props) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  const items = () => [...(body.current?.querySelectorAll<HTMLElement>("[data-news]") ?? [])];
  const focusFirst = () => items()[0]?.focus();

  function onKeyDown(event: KeyboardEvent) {
    const step = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (!step || event.ctrlKey || event.metaKey || event.altKey || isComposing(event)) return;
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[at < 0 ? 0 : at + step]?.focus();
    event.preventDefault();
  }

  return (
    <Drawer
      open={open}
      onClose={onClose}
      // The drawer takes the focus for itself when it opens.
      afterOpenChange={(shown) => shown && focusFirst()}
      size={420}
      title={t("notifications.title")}
      extra={<ReadAll />}
      destroyOnHidden
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up from the items inside */}
      <div ref={body} className={styles.inbox} onKeyDown={onKeyDown}>
        {children}
        <News pages={pages} onGo={onClose} onLoaded={focusFirst} />
      </div>
    </Drawer>
  );
}

function ReadAll() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { data } = useInfiniteQuery(inboxQuery);
  const isUnread = data?.pages.some((page) => page.items.some(({ is_read }) => !is_read));
  return (
    <Button
      size="small"
      type="text"
      icon={<CheckCheck size={15} />}
      disabled={!isUnread}
      onClick={() => void readAll(client)}
    >
      {t("notifications.readAll")}
    </Button>
  );
}

interface NewsProps {
  pages: ReadonlySet<string>;
  onGo: () => void;
  onLoaded: () => void;
}

function News({ pages, onGo, onLoaded }: NewsProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const query = useInfiniteQuery(inboxQuery);
  const items = query.data?.pages.flatMap((page) => page.items) ?? [];
  const loaded = useRef(onLoaded);
  useEffect(() => {
    if (!query.isPending) loaded.current();
  }, [query.isPending]);
  if (query.isPending) return <LinesSkeleton lines={6} />;
  if (query.isError && !query.data) {
    return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  }
  if (items.length === 0) {
    return (
      <EmptyState
        compact
        icon={BellRing}
        title={t("notifications.empty")}
        text={t("notifications.emptyText")}
      />
    );
  }
  const choose = (chosen: Notification, goes: boolean) => {
    void read(client, ({ id }) => id === chosen.id);
    if (goes) onGo();
  };
  return (
    <>
      <Days items={items} pages={pages} onChoose={choose} />
      {query.hasNextPage && (
        <Button
          type="text"
          block
          loading={query.isFetchingNextPage}
          onClick={() => void query.fetchNextPage()}
        >
          {t("notifications.older")}
        </Button>
      )}
    </>
  );
}

interface DaysProps {
  items: Notification[];
  pages: ReadonlySet<string>;
  onChoose: (item: Notification, goes: boolean) => void;
}

function Days({ items, pages, onChoose }: DaysProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return groupByDay(items, format.timeZone).map(({ day, entries }) => {
    const near = nearDay(day, format.timeZone);
    return (
      <section key={`${day}-${entries[0]?.id}`}>
        <h3 className={styles.day}>
          {near ? t(`notifications.day.${near}`) : format.day(entries[0]?.at ?? day)}
        </h3>
        <ul>
          {entries.map((item) => (
            <li key={item.id}>
              <NotificationItem
                item={item}
                pages={pages}
                onChoose={(goes) => onChoose(item, goes)}
              />
            </li>
          ))}
        </ul>
      </section>
    );
  });
}
