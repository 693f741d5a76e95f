import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useObject } from "@/api/meta";
import {
  type Figure,
  figures,
  ordersOf,
  type ValueMonth,
  type ValueSum,
} from "@/insight/value/valueApi";
import { useFormat } from "@/ui/format";
import styles from "./value.module.css";

interface Props {
  months: ValueMonth[];
  inAll: ValueSum;
  /** What of it is for the reader. */
  shown: string[];
  currency: string;
}

/** Month by month, the newest first; each opens the orders it is made of. */
export function LedgerTable({ months, inAll, shown, currency }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const columns = figures.filter(
    (figure) => shown.includes(figure) && isWorthColumn(figure, months),
  );
  const counts = shown.includes("orders");
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("value.month")}</th>
            {counts && <th scope="col">{t("value.orders")}</th>}
            {columns.map((figure) => (
              <th key={figure} scope="col" title={t(`value.means.${figure}`)}>
                {t(`value.figure.${figure}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {months.map((row) => (
            <tr key={row.month}>
              <th scope="row">{format.month(row.month)}</th>
              {counts && (
                <td>
                  <Orders row={row} />
                </td>
              )}
              <Amounts row={row} columns={columns} currency={currency} />
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">{t("value.inAll")}</th>
            {counts && <td>{format.number(inAll.orders)}</td>}
            <Amounts row={inAll} columns={columns} currency={currency} />
          </tr>
        </tfoot>
      </table>
    </div>
  );
}

/** Where nothing was ever given back or adjusted, there is nothing to tell of it. */
const isWorthColumn = (figure: Figure, months: ValueMonth[]) =>
  (figure !== "returns" && figure !== "adjustments") || months.some((row) => Number(row[figure]));

function Amounts(props: { row: ValueSum; columns: readonly Figure[]; currency: string }) {
  const { row, columns, currency } = props;
  const { t } = useTranslation();
  const format = useFormat();
  return columns.map((figure) => {
    const amount = row[figure];
    return (
      <td key={figure} data-negative={Number(amount) < 0 || undefined}>
        {amount === null ? (
          <span className="secondary" title={t("value.unknown")}>
            –
          </span>
        ) : (
          format.money(amount, currency)
        )}
      </td>
    );
  });
}

function Orders({ row }: { row: ValueMonth }) {
  const { t } = useTranslation();
  const format = useFormat();
  const order = useObject("order");
  const filter = ordersOf(row);
  const shown = format.number(row.orders);
  if (!filter || !row.orders) return shown;
  return (
    <Link
      to="/$path"
      params={{ path: order.path }}
      search={{ filter }}
      aria-label={t("value.ordersOf", {
        month: format.month(row.month),
        count: row.orders,
      })}
    >
      {shown}
    </Link>
  );
}
