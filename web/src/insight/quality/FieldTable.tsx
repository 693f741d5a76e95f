import { useTranslation } from "react-i18next";
import { FigureLink } from "@/insight/quality/FigureLink";
import type { QualityField } from "@/insight/quality/qualityApi";
import { Share } from "@/insight/quality/Share";
import styles from "./quality.module.css";

interface Props {
  fields: QualityField[];
  /** The field whose lines are drawn. */
  chosen: string | undefined;
  onChoose?: (name: string | undefined) => void;
}

/** Field by field, the emptiest of those that count first: what is filled in, and what of it is wrong or old. */
export function FieldTable({ fields, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const share = ({ filled, applicable }: QualityField) => (applicable ? filled / applicable : null);
  const inTurn = fields.toSorted(
    (a, b) => Number(b.counts) - Number(a.counts) || (share(a) ?? 1) - (share(b) ?? 1),
  );
  const names = {
    missing: t("quality.missing"),
    invalid: t("quality.invalid"),
    stale: t("quality.stale"),
  };
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={t("quality.byField")}>
        <thead>
          <tr>
            <th scope="col">{t("quality.field")}</th>
            <th scope="col">{t("quality.filled")}</th>
            <th scope="col">{names.missing}</th>
            <th scope="col">{names.invalid}</th>
            <th scope="col">{names.stale}</th>
          </tr>
        </thead>
        <tbody>
          {inTurn.map((field) => (
            <tr key={field.name} aria-current={field.name === chosen ? "true" : undefined}>
              <th scope="row">
                {onChoose ? (
                  <button
                    type="button"
                    className={styles.name}
                    aria-pressed={field.name === chosen}
                    title={t("quality.drawField")}
                    onClick={() => onChoose(field.name === chosen ? undefined : field.name)}
                  >
                    {field.label}
                  </button>
                ) : (
                  field.label
                )}
                <small className="secondary">
                  {[
                    field.kind && t(`quality.only.${field.kind}`),
                    !field.counts && t("quality.notCounted"),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </small>
              </th>
              <td>
                <Share value={share(field)} label={`${field.label}: ${t("quality.filled")}`} />
              </td>
              <td>
                <FigureLink figure={field.missing} label={`${field.label}: ${names.missing}`} />
              </td>
              <td title={field.standard ?? undefined}>
                <FigureLink figure={field.invalid} label={`${field.label}: ${names.invalid}`} />
              </td>
              <td>
                <FigureLink figure={field.stale} label={`${field.label}: ${names.stale}`} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
