import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { SearchX, Sprout } from "lucide-react";
import { lazy, type ReactNode, Suspense, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { type ListQuestion, listQuery } from "@/api/records";
import type { Filter, ObjectMeta, RecordRow } from "@/api/types";
import { useSaveFields } from "@/objects/edit/useSaveFields";
import { Grid } from "@/objects/grid/Grid";
import { formatSort, parseSort } from "@/objects/grid/gridTypes";
import { BulkBar } from "@/objects/list/BulkBar";
import type { ListSearch } from "@/objects/list/listSearch";
import { formatColumns, type ListState } from "@/objects/list/listState";
import { PeekDrawer } from "@/objects/record/PeekDrawer";
import { recordPath } from "@/objects/record/recordPath";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./list.module.css";

interface Props {
  object: ObjectMeta;
  question: ListQuestion;
  state: ListState;
  search: ListSearch;
  onSearch: (change: Partial<ListSearch>) => void;
  onFilterBy: (field: string) => void;
  emptyAction?: ReactNode;
}

const SlowList = lazy(async () => ({
  default: (await import("@/objects/list/SlowList")).SlowList,
}));

const nothing: ReadonlySet<string> = new Set();

/** The list as a grid, with what can be done to the rows chosen in it. */
export function ListTable({ object, question, state, search, onSearch, ...rest }: Props) {
  const navigate = useNavigate();
  const list = useInfiniteQuery({
    ...listQuery(object.path, question),
    placeholderData: keepPreviousData,
  });
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const slow = list.data?.pages.find((page) => page.slow)?.slow;
  const [selected, setSelected] = useState<ReadonlySet<string>>(nothing);
  const save = useSaveFields(object);

  const { fetchNextPage, isFetchingNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);

  const open = ({ id }: RecordRow) => void navigate({ to: recordPath(object.path, id) });

  return (
    <>
      {list.isPending ? (
        <div className={styles.waiting}>
          <LinesSkeleton lines={12} />
        </div>
      ) : list.isError ? (
        <ErrorState error={list.error} onRetry={() => list.refetch()} />
      ) : rows.length === 0 ? (
        <NothingHere
          object={object}
          search={search}
          filter={state.filter}
          action={rest.emptyAction}
        />
      ) : (
        <>
          {slow && (
            <Suspense>
              <SlowList key={JSON.stringify(slow.fields)} slow={slow} />
            </Suspense>
          )}
          <div className={styles.body} aria-busy={list.isPlaceholderData}>
            <Grid
              object={object}
              question={question}
              rows={rows}
              columns={state.columns}
              sort={parseSort(state.sort)}
              selected={selected}
              hasMore={list.hasNextPage}
              peeked={search.peek}
              onSort={(keys) => onSearch({ sort: formatSort(keys) || undefined })}
              onColumns={(columns) => onSearch({ cols: formatColumns(columns) })}
              onFilterBy={rest.onFilterBy}
              onSelect={setSelected}
              onEndReached={loadMore}
              onCommit={(record, field, value) => void save(record, { [field.name]: value })}
              onOpen={open}
              onPeek={({ id }) => onSearch({ peek: id })}
            />
          </div>
        </>
      )}
      <BulkBar
        object={object}
        selected={selected}
        isAll={rows.length > 0 && selected.size === rows.length && list.hasNextPage}
        question={question}
        onClear={() => setSelected(nothing)}
      />
      <PeekDrawer
        object={object}
        id={search.peek}
        ids={rows.map(({ id }) => id)}
        onMove={(peek) => {
          if (peek === rows.at(-1)?.id && list.hasNextPage) loadMore();
          onSearch({ peek });
        }}
      />
    </>
  );
}

interface NothingProps {
  object: ObjectMeta;
  search: ListSearch;
  filter: Filter | null;
  action?: ReactNode;
}

function NothingHere({ object, search, filter, action }: NothingProps) {
  const { t } = useTranslation();
  const what = object.label_plural;
  if (filter || search.q) {
    return (
      <EmptyState icon={SearchX} title={t("list.noMatch", { what })} text={t("list.noMatchText")} />
    );
  }
  return (
    <EmptyState
      icon={Sprout}
      title={t("list.empty", { what })}
      text={object.description || (object.can.includes("create") ? t("list.emptyText") : undefined)}
      action={action}
    />
  );
}
