import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { SearchX, Sprout } from "lucide-react";
import { type ReactNode, useCallback, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import { type ListQuestion, listQuery } from "@/api/records";
import type { Filter, ObjectMeta, RecordRow } from "@/api/types";
import { viewsQuery } from "@/api/views";
import { useSaveFields } from "@/objects/edit/useSaveFields";
import { useUndoKey } from "@/objects/edit/useUndo";
import { FilterBar } from "@/objects/filter/FilterBar";
import { fromParts, newCondition, topParts } from "@/objects/filter/filterTree";
import { Grid } from "@/objects/grid/Grid";
import { formatSort, parseSort } from "@/objects/grid/gridTypes";
import { BulkBar } from "@/objects/list/BulkBar";
import { GroupMenu } from "@/objects/list/GroupMenu";
import { GroupTable } from "@/objects/list/GroupTable";
import { ListHeader } from "@/objects/list/ListHeader";
import type { ListSearch } from "@/objects/list/listSearch";
import { formatColumns, listState } from "@/objects/list/listState";
import { SearchBox } from "@/objects/list/SearchBox";
import { ViewBar } from "@/objects/list/ViewBar";
import { PeekDrawer } from "@/objects/record/PeekDrawer";
import { recordPath } from "@/objects/record/recordPath";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./list.module.css";

export interface ListPageProps {
  object: ObjectMeta;
  search: ListSearch;
  onSearch: (change: Partial<ListSearch>) => void;
  /** How to start when there is nothing yet. */
  emptyAction?: ReactNode;
}

const nothing: ReadonlySet<string> = new Set();

export function ListPage({ object, search, onSearch, emptyAction }: ListPageProps) {
  const navigate = useNavigate();
  const { data: views = [] } = useQuery(viewsQuery(object.name));
  const state = useMemo(() => listState(object, search, views), [object, search, views]);
  const question = useQuestion(object, state, search.q);
  const list = useInfiniteQuery({
    ...listQuery(object.path, question),
    placeholderData: keepPreviousData,
    enabled: state.group === null,
  });
  const rows = useMemo(() => list.data?.pages.flatMap(({ items }) => items) ?? [], [list.data]);
  const [selected, setSelected] = useState<ReadonlySet<string>>(nothing);
  const [draft, setDraft] = useState<Filter | null>(null);
  const save = useSaveFields(object);
  const ungrouped = state.view?.definition.group ? null : undefined;
  useUndoKey();

  const { fetchNextPage, isFetchingNextPage } = list;
  const loadMore = useCallback(() => {
    if (!isFetchingNextPage) void fetchNextPage();
  }, [fetchNextPage, isFetchingNextPage]);

  const open = ({ id }: RecordRow) => void navigate({ to: recordPath(object.path, id) });

  function filterBy(name: string) {
    const field = fieldOf(object, name);
    if (field) setDraft(newCondition(field));
  }

  return (
    <section className={styles.page}>
      <ListHeader object={object} question={question} state={state} onSearch={onSearch} />
      <ViewBar object={object} views={views} state={state} search={search} onSearch={onSearch} />
      <div className={styles.toolbar}>
        {object.search && (
          <SearchBox value={search.q ?? ""} onChange={(q) => onSearch({ q: q || undefined })} />
        )}
        <FilterBar
          object={object}
          filter={state.filter}
          onChange={(filter) => onSearch({ filter })}
          draft={draft}
          onDraft={setDraft}
        />
        <GroupMenu
          object={object}
          group={state.group}
          onGroup={(name) => onSearch({ group: name ?? ungrouped })}
        />
      </div>
      {state.group ? (
        <GroupTable
          object={object}
          group={state.group}
          fields={state.columns.map(({ field }) => field)}
          question={question}
          onOpen={(condition) =>
            onSearch({
              group: ungrouped,
              filter: fromParts([...topParts(state.filter), condition]),
            })
          }
        />
      ) : list.isPending ? (
        <div className={styles.waiting}>
          <LinesSkeleton lines={12} />
        </div>
      ) : list.isError ? (
        <ErrorState error={list.error} onRetry={() => list.refetch()} />
      ) : rows.length === 0 ? (
        <NothingHere object={object} search={search} filter={state.filter} action={emptyAction} />
      ) : (
        <div className={styles.body} data-stale={list.isPlaceholderData}>
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
            onFilterBy={filterBy}
            onSelect={setSelected}
            onEndReached={loadMore}
            onCommit={(record, field, value) => void save(record, { [field.name]: value })}
            onOpen={open}
            onPeek={({ id }) => onSearch({ peek: id })}
          />
        </div>
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
    </section>
  );
}

/** Asks for the columns shown, and what a row needs to be drawn and named. */
function useQuestion(
  object: ObjectMeta,
  { columns, filter, sort }: ReturnType<typeof listState>,
  q: string | undefined,
): ListQuestion {
  const names = columns.map(({ field }) => field.name).join(",");
  return useMemo(() => {
    const fields = [...new Set([object.title_field, ...names.split(",").filter(Boolean)])];
    return { fields, filter, sort, search: q };
  }, [object.title_field, names, filter, sort, q]);
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
      text={object.can.includes("create") ? t("list.emptyText") : undefined}
      action={action}
    />
  );
}
