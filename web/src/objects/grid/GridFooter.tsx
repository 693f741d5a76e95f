import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Dropdown } from "antd";
import { useTranslation } from "react-i18next";
import { type ListQuestion, totalsQuery } from "@/api/records";
import type { ObjectMeta, Totals } from "@/api/types";
import { type GridColumn, leftOf, type Measure } from "@/objects/grid/gridTypes";
import { leftOut, measureItems, totalText } from "@/objects/grid/totals";
import { useFormat } from "@/ui/format";
import styles from "./grid.module.css";

interface Props {
  object: ObjectMeta;
  question: ListQuestion;
  columns: GridColumn[];
  /** How many columns stay in place while the rest scrolls sideways. */
  stuck: number;
  onColumns: (columns: GridColumn[]) => void;
}

/** The figure chosen for a column, below it: over all that match, not only what is loaded. */
export function GridFooter({ object, question, columns, stuck, onColumns }: Props) {
  const { t } = useTranslation();
  const asked = columns.flatMap(({ field, measure }) =>
    measure ? `${measure}:${field.name}` : [],
  );
  const { data, isError } = useQuery({
    ...totalsQuery(object.path, question, asked),
    placeholderData: keepPreviousData,
  });

  function choose(column: GridColumn, measure: Measure | undefined) {
    onColumns(columns.map((one) => (one === column ? { ...one, measure } : one)));
  }

  return (
    <div role="rowgroup" className={styles.foot}>
      <div role="row" className={styles.row} aria-label={t("grid.footer")}>
        <div role="gridcell" className={styles.check} />
        {columns.map((column, index) => (
          <div
            key={column.field.name}
            role="gridcell"
            aria-colindex={index + 2}
            className={styles.total}
            style={leftOf(index)}
            data-sticky={index < stuck}
          >
            {column.measure && (
              <Dropdown
                autoFocus
                trigger={["click"]}
                menu={{
                  items: measureItems(t, column.measure, (measure) => choose(column, measure)),
                  selectedKeys: [column.measure],
                }}
              >
                <Figure
                  column={column}
                  measure={column.measure}
                  totals={isError ? undefined : data?.total}
                />
              </Dropdown>
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

interface FigureProps {
  column: GridColumn;
  measure: Measure;
  totals: Totals | undefined;
}

function Figure({ column: { field }, measure, totals, ...rest }: FigureProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const missing = leftOut(totals, field);
  const text = totals ? totalText(totals, field, measure, format) : "…";
  const label = t(`grid.measure.${measure}`);
  return (
    <button
      {...rest}
      type="button"
      aria-label={t("grid.footerOf", { measure: label, column: field.label, value: text })}
      title={missing > 0 ? t("grid.unrated", { count: missing }) : undefined}
    >
      <small>{label}</small>
      <span className="ellipsis tabular">{text}</span>
      {missing > 0 && <small>{t("grid.unratedShort", { count: missing })}</small>}
    </button>
  );
}
