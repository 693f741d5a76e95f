import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { groupsQuery, type ListQuestion } from "@/api/records";
import type { Condition, FieldMeta, Group, ObjectMeta, Totals } from "@/api/types";
import { FieldValue } from "@/objects/fields/FieldValue";
import { isBlank } from "@/objects/fields/fieldType";
import { totalText } from "@/objects/grid/totals";
import {
  type GroupSort,
  groupConditions,
  sortGroups,
  summable,
  type TotalName,
} from "@/objects/list/groups";
import { type By, formatBy } from "@/objects/list/viewKind";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./groups.module.css";

interface Props {
  object: ObjectMeta;
  by: By;
  /** The columns shown: those that can be added up are. */
  fields: FieldMeta[];
  question: ListQuestion;
  onOpen: (conditions: Condition[]) => void;
}

/** The list summed up by the values of one field; each opens the records behind it. */
export function GroupTable({ object, by, fields, question, onOpen }: Props) {
  const { t } = useTranslation();
  const sums = fields.filter(summable);
  const names = sums.map(({ name }) => name);
  const query = useQuery({
    ...groupsQuery(object.path, question, formatBy(by), names),
    placeholderData: keepPreviousData,
  });
  const [sort, setSort] = useState<GroupSort>({ name: "count", descending: true });
  if (query.isPending) {
    return (
      <div className={styles.scroller}>
        <LinesSkeleton lines={8} />
      </div>
    );
  }
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { groups, total, at_least } = query.data;
  const columns: [TotalName, string][] = [
    ["count", t("group.count")],
    ...sums.map(({ name, label }): [TotalName, string] => [`sum_${name}`, label]),
  ];
  const headers = columns.map(([name, label]) => (
    <SortHeader
      key={name}
      label={label}
      direction={name === sort.name ? (sort.descending ? "descending" : "ascending") : undefined}
      onSort={() => setSort({ name, descending: name !== sort.name || !sort.descending })}
    />
  ));
  return (
    <section className={styles.scroller} aria-label={t("group.by", { field: by.field.label })}>
      <table className={styles.table} aria-busy={query.isPlaceholderData}>
        <thead>
          <tr>
            <th scope="col">{by.field.label}</th>
            {headers[0]}
            <th scope="col">{t("group.share")}</th>
            {headers.slice(1)}
          </tr>
        </thead>
        <tbody>
          {sortGroups(groups, sort).map((one) => (
            <GroupRow
              key={String(one.key)}
              by={by}
              one={one}
              sums={sums}
              all={total.count}
              onOpen={() => onOpen(groupConditions(by, one.key))}
            />
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("group.total")}</th>
            <Figures totals={total} sums={sums} all={total.count} />
          </tr>
        </tfoot>
      </table>
      {at_least && <p className="secondary">{t("group.largest", { count: groups.length })}</p>}
    </section>
  );
}

interface HeaderProps {
  label: string;
  direction: "ascending" | "descending" | undefined;
  onSort: () => void;
}

function SortHeader({ label, direction, onSort }: HeaderProps) {
  const Arrow = direction === "ascending" ? ArrowUp : ArrowDown;
  return (
    <th scope="col" className={styles.figure} aria-sort={direction}>
      <button type="button" onClick={onSort}>
        {label}
        {direction && <Arrow size={13} aria-hidden />}
      </button>
    </th>
  );
}

interface FiguresProps {
  totals: Totals;
  sums: FieldMeta[];
  /** Records in all groups. */
  all: number;
}

interface RowProps extends Omit<FiguresProps, "totals"> {
  by: By;
  one: Group;
  onOpen: () => void;
}

function GroupRow({ by, one, onOpen, ...rest }: RowProps) {
  return (
    <tr>
      <th scope="row">
        <button type="button" className={styles.open} onClick={onOpen}>
          <GroupName by={by} one={one} />
        </button>
      </th>
      <Figures totals={one} {...rest} />
    </tr>
  );
}

/** A linked record is named, not linked to: the name opens its group. */
function GroupName({ by: { field, period }, one: { key, label } }: Pick<RowProps, "by" | "one">) {
  const { t } = useTranslation();
  const format = useFormat();
  if (isBlank(key)) return <span className="secondary">{t("group.noValue")}</span>;
  if (period) return format.period(String(key), period);
  if (field.type === "link") return label ?? "–";
  return <FieldValue field={field} value={key} />;
}

function Figures({ totals, sums, all }: FiguresProps) {
  const format = useFormat();
  const share = all ? totals.count / all : 0;
  const style = { "--share": `${share * 100}%` } as React.CSSProperties;
  return (
    <>
      <td className={styles.figure}>{format.number(totals.count)}</td>
      <td className={styles.share}>
        <span className={styles.bar} style={style} />
        <span>{format.share(share)}</span>
      </td>
      {sums.map((field) => (
        <td key={field.name} className={styles.figure}>
          {totalText(totals, field, "sum", format)}
        </td>
      ))}
    </>
  );
}
