import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { type Loaded, recordQuery, recordsKey } from "@/api/records";
import type { Board, Page, RecordRow } from "@/api/types";

type Pages = InfiniteData<Page<RecordRow>>;

/** Puts new values into every list, board, calendar and page that shows the record, without asking the server. */
export function patchRecord(
  client: QueryClient,
  path: string,
  id: string,
  values: Partial<RecordRow>,
  etag?: string | null,
) {
  client.setQueriesData<Pages>({ queryKey: [...recordsKey(path), "list"] }, (data) =>
    data?.pages.some(({ items }) => items.some((row) => row.id === id))
      ? { ...data, pages: data.pages.map((page) => patchPage(page, id, values)) }
      : data,
  );
  client.setQueriesData<Board>({ queryKey: [...recordsKey(path), "board"] }, (board) =>
    board?.columns.some(({ items }) => items.some((row) => row.id === id))
      ? { ...board, columns: board.columns.map((column) => patchPage(column, id, values)) }
      : board,
  );
  client.setQueriesData<Page<RecordRow>>({ queryKey: [...recordsKey(path), "range"] }, (page) =>
    page?.items.some((row) => row.id === id) ? patchPage(page, id, values) : page,
  );
  client.setQueryData<Loaded>(recordQuery(path, id).queryKey, (loaded) =>
    loaded
      ? { record: { ...loaded.record, ...values } as RecordRow, etag: etag ?? loaded.etag }
      : loaded,
  );
}

function patchPage<P extends Page<RecordRow>>(page: P, id: string, values: Partial<RecordRow>): P {
  const items = page.items.map((row) =>
    row.id === id ? ({ ...row, ...pick(values, row) } as RecordRow) : row,
  );
  return { ...page, items };
}

/** A list holds only the columns it shows; a whole record must not widen it. */
function pick(values: Partial<RecordRow>, row: RecordRow) {
  return Object.fromEntries(Object.entries(values).filter(([name]) => name in row));
}

/** What is shown of these records is read again: lists, counts, pages, history, timelines. */
export const refreshRecords = (client: QueryClient, path: string) =>
  client.invalidateQueries({ queryKey: recordsKey(path) });

/** After an edit in place rows must not jump: the list stays as it is until it is opened again. */
export async function refreshAround(client: QueryClient, path: string, id: string) {
  const key = recordsKey(path);
  await client.invalidateQueries({ queryKey: [...key, "list"], refetchType: "none" });
  await client.invalidateQueries({ queryKey: [...key, "totals"] });
  await client.invalidateQueries({ queryKey: [...key, "history", id] });
  await client.invalidateQueries({ queryKey: ["timeline", id] });
}
