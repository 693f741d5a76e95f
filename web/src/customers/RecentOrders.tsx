import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { fewQuery } from "@/api/records";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./customer.module.css";

const fields = ["number", "ordered_on", "total", "currency"];
const shown = 5;

/** The newest few purchases, in the width of a card. */
export function RecentOrders({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const object = findObject(useObjects(), "order");
  const filter = { field: "customer", op: "in", value: [customer] };
  const query = useQuery({
    ...fewQuery("orders", { filter, fields, sort: "-ordered_at" }, shown + 1),
    enabled: object !== undefined,
  });
  if (!object) return null;
  const rows = query.data?.items ?? [];
  return (
    <section>
      <header className={styles.sectionHead}>
        <h2 className={styles.sectionTitle}>{object.label_plural}</h2>
        {rows.length > shown && (
          <Link
            to="/$path"
            params={{ path: object.path }}
            search={{ filter: { and: [filter] }, sort: "-ordered_at" }}
          >
            {t("record.showAll")}
          </Link>
        )}
      </header>
      {query.isPending && <LinesSkeleton lines={3} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && rows.length === 0 && <p className="secondary">{t("common.none")}</p>}
      <ul>
        {rows.slice(0, shown).map((row) => (
          <li key={row.id} className={styles.order}>
            <Link
              to="/$path/$id"
              params={{ path: object.path, id: row.id }}
              className="ellipsis"
              title={String(row.number)}
            >
              {String(row.number)}
            </Link>
            <small className="secondary">{format.date(row.ordered_on as string | null)}</small>
            <span className="tabular">
              {format.money(row.total as string | null, row.currency as string | null)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
