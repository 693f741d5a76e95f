/** The single score cards. Figures and labels are those of the customer's fields; nothing is worked out here. */
import { ArrowRight } from "lucide-react";
import { Fragment } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import type { Reason, ScorePoint, Scores } from "@/customers/customerApi";
import { Card, ScoreFacts } from "@/customers/ScoreCard";
import { Sparkline } from "@/customers/Sparkline";
import { stagePath, tone } from "@/customers/scoreText";
import { FieldValue } from "@/objects/fields/FieldValue";
import { isBlank } from "@/objects/fields/fieldType";
import { RecordsLink } from "@/objects/list/RecordsLink";
import { useFormat } from "@/ui/format";
import styles from "./scores.module.css";

interface Props {
  object: ObjectMeta;
  current: Record<string, unknown>;
  history: ScorePoint[];
  records: Scores["records"];
}

export function StageCard({ object, current, history, reasons }: Props & { reasons: Reason[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const field = fieldOf(object, "stage");
  const path = stagePath(history);
  return (
    <div className={styles.box}>
      {field && (
        <div className={styles.head}>
          <span>{field.label}</span>
          <FieldValue field={field} value={current.stage} />
        </div>
      )}
      {field && path.length > 1 && (
        <ol className={styles.path} aria-label={t("customer.score.stages")}>
          {path.map(({ stage, as_of }, index) => (
            <Fragment key={as_of}>
              {index > 0 && <ArrowRight size={12} aria-hidden />}
              <li title={format.date(as_of)}>
                <FieldValue field={field} value={stage} />
              </li>
            </Fragment>
          ))}
        </ol>
      )}
      {reasons.length > 0 && (
        <ul className={styles.reasons} aria-label={t("customer.score.reasons")}>
          {reasons.map(({ text, records }) => (
            <li key={text}>
              {text}
              {records.map((one) => (
                <Fragment key={one.label}>
                  {" "}
                  <RecordsLink records={one} className={styles.records} />
                </Fragment>
              ))}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

export function ValueCard({ object, current, history, records }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  if (isBlank(current.expected_value_12m) && isBlank(current.monetary)) return null;
  const values = history.map((point) => numberOf(point.expected_value_12m));
  const expected = current.expected_value_12m as string | null;
  return (
    <Card title={t("customer.score.value")}>
      {!isBlank(expected) && (
        <div className={styles.head}>
          <div>
            <div className={styles.figure}>{format.money(expected, null, true)}</div>
            <small className="secondary">{t("customer.score.expected")}</small>
          </div>
          <Sparkline
            values={values}
            label={t("customer.score.valueLine", ends(history, values, format.money))}
          />
        </div>
      )}
      <ScoreFacts
        object={object}
        current={current}
        records={records}
        names={["revenue_12m", "margin_12m", "monetary", "purchases", "abc_class"]}
      />
    </Card>
  );
}

export function ActivityCard({ object, current, history, records }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const alive = numberOf(current.probability_alive);
  const values = history.map((point) => numberOf(point.probability_alive));
  if (alive === null && isBlank(current.recency_days)) return null;
  return (
    <Card title={fieldOf(object, "probability_alive")?.label}>
      {alive !== null && (
        <>
          <div className={styles.head}>
            <span className={styles.figure}>{format.share(alive)}</span>
            <Sparkline
              values={values}
              range={[0, 1]}
              label={t("customer.score.aliveLine", ends(history, values, format.share))}
            />
          </div>
          <div className={styles.meter} data-tone={tone(alive)} aria-hidden>
            <span style={{ width: `${Math.round(alive * 100)}%` }} />
          </div>
        </>
      )}
      <ScoreFacts
        object={object}
        current={current}
        records={records}
        names={["last_purchase_on", "recency_days", "expected_gap_days", "expected_purchases_12m"]}
      />
    </Card>
  );
}

const rfmParts = ["rfm_r", "rfm_f", "rfm_m"] as const;

export function RfmCard({ object, current }: Props) {
  const { t } = useTranslation();
  const field = fieldOf(object, "rfm_class");
  if (!field || isBlank(current.rfm_class)) return null;
  return (
    <Card title="RFM">
      <div>
        <FieldValue field={field} value={current.rfm_class} />
      </div>
      <dl className={styles.pips}>
        {rfmParts.map((name) => (
          <div key={name} className={styles.pipRow}>
            <dt>{t(`customer.score.${name}`)}</dt>
            <dd>
              <Pips value={numberOf(current[name]) ?? 0} />
            </dd>
          </div>
        ))}
      </dl>
    </Card>
  );
}

function Pips({ value }: { value: number }) {
  const { t } = useTranslation();
  return (
    <span className={styles.pipDots} role="img" aria-label={t("customer.score.ofFive", { value })}>
      {[1, 2, 3, 4, 5].map((step) => (
        <i key={step} data-on={step <= value} />
      ))}
    </span>
  );
}

const numberOf = (value: unknown) => (isBlank(value) ? null : Number(value));

/** First and last known figure and their days, for the words beside a line. */
function ends(
  history: ScorePoint[],
  values: (number | null)[],
  show: (value: number | null) => string,
) {
  const known = values.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
  const [first, last] = [known[0], known.at(-1)];
  return {
    from: show(first?.value ?? null),
    to: show(last?.value ?? null),
    since: history[first?.at ?? 0]?.as_of ?? "",
  };
}
