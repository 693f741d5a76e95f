import { useTranslation } from "react-i18next";
import { FigureLink } from "@/insight/quality/FigureLink";
import type { QualitySource } from "@/insight/quality/qualityApi";
import { Share } from "@/insight/quality/Share";
import { useFormat } from "@/ui/format";
import styles from "./quality.module.css";

interface Props {
  sources: QualitySource[];
  /** How many rarer ones are not shown. */
  more: number;
  chosen: string | undefined;
  onChoose: (source: string | undefined) => void;
}

const shares = ["completeness", "validity", "freshness"] as const;

/** Source by source; one that is chosen is what the rest of the page is of. */
export function SourceTable({ sources, more, chosen, onChoose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const nameOf = ({ source }: QualitySource) => source || t("quality.noSource");
  return (
    <div className={styles.scroll}>
      <table className={styles.table} aria-label={t("quality.bySource")}>
        <thead>
          <tr>
            <th scope="col">{t("quality.source")}</th>
            <th scope="col">{t("insight.tile.customers")}</th>
            {shares.map((name) => (
              <th key={name} scope="col">
                {t(`quality.${name}`)}
              </th>
            ))}
            <th scope="col">{t("insight.tile.unowned")}</th>
            <th scope="col">{t("duplicates.title")}</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((one) => (
            <tr key={one.source} aria-current={one.source === chosen ? "true" : undefined}>
              <th scope="row">
                <button
                  type="button"
                  className={styles.name}
                  aria-pressed={one.source === chosen}
                  onClick={() => onChoose(one.source === chosen ? undefined : one.source)}
                >
                  {nameOf(one)}
                </button>
              </th>
              <td>
                <FigureLink figure={one} label={nameOf(one)} />
              </td>
              {shares.map((name) => (
                <td key={name}>
                  <Share value={one[name]} label={`${nameOf(one)}: ${t(`quality.${name}`)}`} />
                </td>
              ))}
              <td>
                <FigureLink
                  figure={one.unfollowed}
                  label={`${nameOf(one)}: ${t("insight.tile.unowned")}`}
                />
              </td>
              <td>
                <FigureLink
                  figure={one.suspected}
                  label={`${nameOf(one)}: ${t("duplicates.title")}`}
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {more > 0 && (
        <p className="secondary">
          {t("quality.moreSources", { count: more, number: format.number(more) })}
        </p>
      )}
    </div>
  );
}
