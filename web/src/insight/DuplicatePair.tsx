import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, useObject } from "@/api/meta";
import type { FieldMeta, RecordRow } from "@/api/types";
import type { Pair } from "@/insight/duplicatesApi";
import { FieldValue } from "@/objects/fields/FieldValue";
import { isBlank } from "@/objects/fields/fieldType";
import { useFormat } from "@/ui/format";
import styles from "./duplicates.module.css";

const surest = 0.99; // a model is never certain

interface Props {
  pair: Pair;
  position: number;
  total: number;
  isCurrent: boolean;
  onFocus: () => void;
  onMerge: () => void;
  onDecide: () => void;
}

/** Two customers side by side, and why they may be one. */
export function DuplicatePair({ pair, position, total, isCurrent, ...on }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const object = useObject("customers");
  const sides = pair.records as unknown as { id: string; values: RecordRow }[];
  const rows = object.fields.filter(
    ({ name }) =>
      name !== object.title_field &&
      name !== "updated_at" &&
      sides.some(({ values }) => !isBlank(values[name])),
  );
  return (
    <article
      className={styles.pair}
      data-id={pair.id}
      aria-labelledby={id}
      aria-posinset={position}
      aria-setsize={total}
      aria-current={isCurrent}
      tabIndex={isCurrent ? 0 : -1}
      onFocus={on.onFocus}
    >
      <div className={styles.scroll}>
        <table className={styles.table}>
          <caption id={id}>
            {t("duplicates.likely", {
              share: format.share(Math.min(pair.probability, surest)),
            })}
          </caption>
          <thead>
            <tr data-differs={differ(sides.map(({ values }) => values[object.title_field]))}>
              <td />
              {sides.map(({ id: customer, values }) => (
                <th key={customer} scope="col">
                  <Link to="/customers/$id" params={{ id: customer }}>
                    {String(values[object.title_field] ?? "")}
                  </Link>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((field) => (
              <FieldRow key={field.name} field={field} sides={sides} />
            ))}
          </tbody>
        </table>
      </div>
      <Why pair={pair} />
      <footer className={styles.actions}>
        {pair.can.includes("decide") ? (
          <>
            {pair.state === "open" && (
              <Button type={isCurrent ? "primary" : "default"} onClick={on.onMerge}>
                {t("merge.open")}
              </Button>
            )}
            <Button onClick={on.onDecide}>
              {t(pair.state === "open" ? "duplicates.notTheSame" : "duplicates.ask")}
            </Button>
          </>
        ) : (
          <small className="secondary">{t("duplicates.mayNot")}</small>
        )}
        {pair.decided_by && pair.decided_at && (
          <small className="secondary">
            {pair.decided_by.label} · {format.relative(pair.decided_at)}
          </small>
        )}
      </footer>
    </article>
  );
}

/** Whether both are known and not the same. */
function differ(values: unknown[]) {
  const known = values.filter((value) => !isBlank(value)).map((value) => JSON.stringify(value));
  return new Set(known).size > 1;
}

interface RowProps {
  field: FieldMeta;
  sides: { id: string; values: RecordRow }[];
}

function FieldRow({ field, sides }: RowProps) {
  const { t } = useTranslation();
  const differs = !field.read_only && differ(sides.map(({ values }) => values[field.name]));
  return (
    <tr data-differs={differs}>
      <th scope="row">
        {field.label}
        {differs && <span className="sr-only"> ({t("duplicates.differs")})</span>}
      </th>
      {sides.map(({ id, values }) => (
        <td key={id}>
          <FieldValue field={field} value={values[field.name]} record={values} />
        </td>
      ))}
    </tr>
  );
}

const longest = 16; // bits: what says more is no longer told apart

/** What each field says, the weightiest first: for one customer, or against it. */
function Why({ pair }: { pair: Pair }) {
  const { t } = useTranslation();
  const object = useObject("customers");
  const steps = pair.evidence.toSorted((a, b) => Math.abs(b.weight) - Math.abs(a.weight));
  return (
    <ul className={styles.why} aria-label={t("duplicates.why")}>
      {steps.map(({ field, level, weight }) => (
        <li key={field} data-against={weight < 0}>
          <span>
            {t("duplicates.says", {
              field: fieldOf(object, field)?.label ?? field,
              level: t(`duplicates.level.${level as "same"}`),
            })}
          </span>
          <meter
            className={styles.weight}
            min={0}
            max={longest}
            value={Math.min(Math.abs(weight), longest)}
            aria-label={t(weight < 0 ? "duplicates.against" : "duplicates.for")}
          />
        </li>
      ))}
    </ul>
  );
}
