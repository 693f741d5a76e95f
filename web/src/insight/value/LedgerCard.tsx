import { useQuery } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Card } from "@/customers/ScoreCard";
import { Sparkline } from "@/customers/Sparkline";
import scoreStyles from "@/customers/scores.module.css";
import { LedgerTable } from "@/insight/value/LedgerTable";
import { Made } from "@/insight/value/Made";
import { type CustomerValue, course, customerValueQuery } from "@/insight/value/valueApi";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./value.module.css";

const briefly = ["revenue", "margin", "cost_to_serve", "contribution"] as const;
const year = 12;

/** What the last twelve months brought and cost; every month at a click. */
export default function LedgerCard({ customer }: { customer: string }) {
  const query = useQuery(customerValueQuery(customer));
  if (query.isPending) return <LinesSkeleton lines={4} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const value = query.data;
  if (value.figures.length === 0 || (value.months.length === 0 && value.made === 1)) return null;
  return <Ledger value={value} />;
}

function Ledger({ value }: { value: CustomerValue }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const recently = value.last_12_months;
  const shown = briefly.filter((figure) => value.figures.includes(figure));
  const [first] = shown;
  return (
    <Card title={t("value.ledger")}>
      <div className={scoreStyles.head}>
        <small className="secondary">{t("value.last12")}</small>
        {first && (
          <Sparkline
            values={course(value, first, year)}
            label={t("value.line", { figure: t(`value.figure.${first}`) })}
          />
        )}
      </div>
      <dl className={scoreStyles.facts}>
        {shown.map((figure) => (
          <div key={figure}>
            <dt title={t(`value.means.${figure}`)}>{t(`value.figure.${figure}`)}</dt>
            <dd className="tabular">
              {recently[figure] === null
                ? t("value.unknownShort")
                : format.money(recently[figure], value.currency)}
            </dd>
          </div>
        ))}
      </dl>
      <Unpriced count={recently.unpriced} />
      <Made share={value.made} />
      <Button size="small" className={styles.open} onClick={() => setOpen(true)}>
        {t("value.byMonth")}
      </Button>
      <Modal
        open={open}
        title={t("value.ledger")}
        footer={null}
        width={1080}
        onCancel={() => setOpen(false)}
        destroyOnHidden
      >
        <LedgerTable
          months={value.months}
          inAll={value.in_all}
          shown={value.figures}
          currency={value.currency}
        />
      </Modal>
    </Card>
  );
}

/** Says that interactions without a rate cost nothing here. */
function Unpriced({ count }: { count: number | null }) {
  const { t } = useTranslation();
  if (!count) return null;
  return <small className="secondary">{t("value.unpriced", { count })}</small>;
}
