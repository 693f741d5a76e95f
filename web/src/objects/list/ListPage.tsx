import { useQuery } from "@tanstack/react-query";
import { type ComponentType, lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { fieldOf } from "@/api/meta";
import type { ListQuestion } from "@/api/records";
import type { Condition, Filter, ObjectMeta, ViewKind } from "@/api/types";
import { viewsQuery } from "@/api/views";
import { FilterBar } from "@/objects/filter/FilterBar";
import { fromParts, newCondition, topParts } from "@/objects/filter/filterTree";
import { GroupTable } from "@/objects/list/GroupTable";
import { ListHeader } from "@/objects/list/ListHeader";
import type { ListSearch } from "@/objects/list/listSearch";
import { type ListState, listState } from "@/objects/list/listState";
import { SearchBox } from "@/objects/list/SearchBox";
import { ViewBar } from "@/objects/list/ViewBar";
import { ViewSettings } from "@/objects/list/ViewSettings";
import { ViewSwitch } from "@/objects/list/ViewSwitch";
import type { By } from "@/objects/list/viewKind";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./list.module.css";

export interface ListPageProps {
  object: ObjectMeta;
  search: ListSearch;
  onSearch: (change: Partial<ListSearch>) => void;
  /** How to start when there is nothing yet. */
  emptyAction?: ReactNode;
}

/** What a board, a calendar and a chart are given. */
export interface ListViewProps {
  object: ObjectMeta;
  question: ListQuestion;
  state: ListState;
  by: By;
  search: ListSearch;
  onSearch: (change: Partial<ListSearch>) => void;
  /** Shows as a table the records for which these hold too. */
  onNarrow: (conditions: Condition[]) => void;
}

const ListTable = lazy(async () => ({
  default: (await import("@/objects/list/ListTable")).ListTable,
}));
const views: Record<Exclude<ViewKind, "table">, ComponentType<ListViewProps>> = {
  board: lazy(async () => ({ default: (await import("@/objects/board/Board")).Board })),
  calendar: lazy(async () => ({ default: (await import("@/objects/calendar/Calendar")).Calendar })),
  chart: lazy(async () => ({ default: (await import("@/objects/chart/ChartView")).ChartView })),
};

export function ListPage({ object, search, onSearch, emptyAction }: ListPageProps) {
  const { data: saved = [] } = useQuery(viewsQuery(object.name));
  const state = useMemo(() => listState(object, search, saved), [object, search, saved]);
  const question = useQuestion(object, state, search.q);
  const [draft, setDraft] = useState<Filter | null>(null);

  const { kind, by, group, filter } = state;
  const View = kind === "table" ? null : views[kind];

  function filterBy(name: string) {
    const field = fieldOf(object, name);
    if (field) setDraft(newCondition(field));
  }

  function narrow(conditions: Condition[]) {
    onSearch({
      kind: state.view && state.view.kind !== "table" ? "table" : undefined,
      group: state.view?.definition.group ? null : undefined,
      filter: fromParts([...topParts(filter), ...conditions]),
    });
  }

  return (
    <section className={styles.page}>
      <ListHeader object={object} question={question} state={state} onSearch={onSearch} />
      <ViewBar object={object} views={saved} state={state} search={search} onSearch={onSearch} />
      <div className={styles.toolbar}>
        <ViewSwitch
          object={object}
          kind={kind}
          onKind={(next) =>
            onSearch({
              kind: next === (state.view?.kind ?? "table") ? undefined : next,
              by: undefined,
            })
          }
        />
        {object.search && (
          <SearchBox value={search.q ?? ""} onChange={(q) => onSearch({ q: q || undefined })} />
        )}
        <FilterBar
          object={object}
          filter={filter}
          onChange={(next) => onSearch({ filter: next })}
          draft={draft}
          onDraft={setDraft}
        />
        <ViewSettings object={object} state={state} onSearch={onSearch} />
      </div>
      <Suspense
        fallback={
          <div className={styles.waiting}>
            <LinesSkeleton lines={12} />
          </div>
        }
      >
        {View && by ? (
          <View
            key={kind}
            object={object}
            question={question}
            state={state}
            by={by}
            search={search}
            onSearch={onSearch}
            onNarrow={narrow}
          />
        ) : group ? (
          <GroupTable
            object={object}
            by={{ field: group }}
            fields={state.columns.map(({ field }) => field)}
            question={question}
            onOpen={narrow}
          />
        ) : (
          <ListTable
            object={object}
            question={question}
            state={state}
            search={search}
            onSearch={onSearch}
            onFilterBy={filterBy}
            emptyAction={emptyAction}
          />
        )}
      </Suspense>
    </section>
  );
}

/** Asks for the columns shown, and what a row needs to be drawn and named. */
function useQuestion(
  object: ObjectMeta,
  { columns, filter, sort }: ListState,
  q: string | undefined,
): ListQuestion {
  const names = columns.map(({ field }) => field.name).join(",");
  return useMemo(() => {
    const fields = [...new Set([object.title_field, ...names.split(",").filter(Boolean)])];
    return { fields, filter, sort, search: q };
  }, [object.title_field, names, filter, sort, q]);
}
