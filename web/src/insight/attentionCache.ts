/** The list of attention as it is held here: items leave it at once, and come back where they were if refused. */
import type { InfiniteData } from "@tanstack/react-query";
import type { Attention, AttentionPage } from "@/insight/insightApi";

export type AttentionPages = InfiniteData<AttentionPage>;

export const itemsOf = (data: AttentionPages | undefined): Attention[] =>
  data?.pages.flatMap(({ items }) => items) ?? [];

export function withoutItem(data: AttentionPages, id: string): AttentionPages {
  if (!itemsOf(data).some((item) => item.id === id)) return data;
  const pages = data.pages.map((page) => ({
    ...page,
    items: page.items.filter((item) => item.id !== id),
    total: page.total === undefined ? undefined : page.total - 1,
  }));
  return { ...data, pages };
}

/** Which item is to be looked at when this one has gone: the next, else the one before. */
export function neighbour(items: readonly Attention[], id: string): string | null {
  const at = items.findIndex((item) => item.id === id);
  return (items[at + 1] ?? items[at - 1])?.id ?? null;
}

/** The item so many places from the current one; without a current one the first. */
export function step(items: readonly Attention[], id: string | null, by: number): string | null {
  const at = items.findIndex((item) => item.id === id);
  if (at < 0) return items[0]?.id ?? null;
  return items[Math.min(Math.max(at + by, 0), items.length - 1)]?.id ?? null;
}
