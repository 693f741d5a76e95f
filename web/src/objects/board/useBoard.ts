import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { boardQuery, groupsQuery, type ListQuestion, listPage } from "@/api/records";
import type { Board, Column, FieldMeta, ObjectMeta } from "@/api/types";
import { arrange } from "@/objects/board/columns";
import { fromParts, topParts } from "@/objects/filter/filterTree";
import { groupConditions } from "@/objects/list/groups";
import { useStable } from "@/ui/useStable";

/** The columns of a board as they are by now; more of one; what they add up to after a move. */
export function useBoard(
  object: ObjectMeta,
  question: ListQuestion,
  field: FieldMeta,
  sum: FieldMeta | null,
  isPaused: boolean,
) {
  const client = useQueryClient();
  const { path } = object;
  const options = boardQuery(path, question, field.name, sum?.name);
  // While a card is in the air no other may take its place.
  const query = useQuery({ ...options, placeholderData: keepPreviousData, enabled: !isPaused });
  const { data } = query;
  const columns = useMemo(() => arrange(data?.columns ?? [], field), [data, field]);

  const change = (update: (column: Column) => Column) =>
    client.setQueryData<Board>(
      options.queryKey,
      (board) => board && { ...board, columns: board.columns.map(update) },
    );

  const loadMore = useStable(async ({ key, next }: Column) => {
    const filter = fromParts([...topParts(question.filter), ...groupConditions({ field }, key)]);
    const page = await listPage(path, { ...question, filter }, next);
    change((column) => {
      if (column.key !== key || column.next !== next) return column;
      const known = new Set(column.items.map(({ id }) => id));
      const items = [...column.items, ...page.items.filter(({ id }) => !known.has(id))];
      return { ...column, items, next: page.next };
    });
  });

  /** The counts follow the cards by themselves; amounts of several currencies only the server adds up. */
  const addUp = useStable(async () => {
    if (!sum) return;
    const name = `sum_${sum.name}` as const;
    const unrated = `unrated_${sum.name}` as const;
    const { groups } = await client.fetchQuery(groupsQuery(path, question, field.name, [sum.name]));
    change((column) => {
      const group = groups.find(({ key }) => (key === "" ? null : key) === column.key);
      return { ...column, [name]: group?.[name] ?? null, [unrated]: group?.[unrated] ?? 0 };
    });
  });

  /** Whether others changed something while the board stood still. */
  const isBehind = () => client.getQueryState(options.queryKey)?.isInvalidated ?? false;

  return { query, columns, loadMore, addUp, isBehind };
}
