import {
  type InfiniteData,
  infiniteQueryOptions,
  type QueryClient,
  queryOptions,
} from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Count, Schemas } from "@/api/types";

export type Notification = Schemas["NotificationOut"];
export type Inbox = Schemas["InboxOut"];
export type NotificationKind = Notification["kind"];

/** All that a live notice makes anew. */
export const notificationsKey = ["notifications"] as const;

export const unreadQuery = queryOptions({
  queryKey: [...notificationsKey, "unread"],
  queryFn: () => get<Count>("/notifications/unread"),
});

export const inboxQuery = infiniteQueryOptions({
  queryKey: [...notificationsKey, "inbox"],
  queryFn: ({ pageParam, signal }) => get<Inbox>("/notifications", { cursor: pageParam }, signal),
  initialPageParam: null as number | null,
  getNextPageParam: (page) => page.next,
});

const markRead = (body: { ids: number[] } | { until: number }) =>
  request("POST", "/notifications/read", { body });

/** Shown as read at once; what the server knows follows. */
export async function read(client: QueryClient, isMeant: (item: Notification) => boolean) {
  const { queryKey } = inboxQuery;
  const items = client.getQueryData(queryKey)?.pages.flatMap((page) => page.items) ?? [];
  const meant = items.filter((item) => !item.is_read && isMeant(item));
  if (meant.length === 0) return;
  await client.cancelQueries({ queryKey: notificationsKey });
  client.setQueryData(queryKey, (data) => data && asRead(data, meant));
  client.setQueryData(unreadQuery.queryKey, (old) =>
    old ? { ...old, count: Math.max(0, old.count - meant.length) } : old,
  );
  try {
    await markRead({ ids: meant.map(({ id }) => id) });
  } finally {
    await client.invalidateQueries({ queryKey: notificationsKey });
  }
}

/** Reads the newest one and all before it, those not loaded too. */
export async function readAll(client: QueryClient) {
  const { queryKey } = inboxQuery;
  const newest = client.getQueryData(queryKey)?.pages[0]?.items[0];
  if (!newest) return;
  await client.cancelQueries({ queryKey: notificationsKey });
  client.setQueryData(queryKey, (data) => data && asRead(data));
  client.setQueryData(unreadQuery.queryKey, { count: 0, at_least: false });
  try {
    await markRead({ until: newest.id });
  } finally {
    await client.invalidateQueries({ queryKey: notificationsKey });
  }
}

const asRead = (data: InfiniteData<Inbox>, meant?: Notification[]) => ({
  ...data,
  pages: data.pages.map((page) => ({
    ...page,
    items: page.items.map((item) =>
      !meant || meant.includes(item) ? { ...item, is_read: true } : item,
    ),
  })),
});
