import { useTranslation } from "react-i18next";
import type { Detected } from "@/imports/importsApi";
import styles from "./rows.module.css";

interface Props {
  detected: Detected;
  /** Being read anew with other settings. */
  stale: boolean;
}

const shownRows = 20;

/** The first rows as they are read now. */
export function SampleTable({ detected, stale }: Props) {
  const { t } = useTranslation();
  const header = detected.header ?? [];
  const rows = (detected.sample ?? []).slice(0, shownRows);
  return (
    <section className={styles.sample} aria-label={t("imports.sample")} aria-busy={stale}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a table that scrolls is scrolled by keyboard too */}
      <div className={styles.scroll} data-stale={stale} tabIndex={0}>
        <table className={styles.table}>
          <thead>
            <tr>
              {header.map((title, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: headers may repeat; columns never move
                <th key={column} scope="col">
                  {title || t("imports.columnN", { n: column + 1 })}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((cells, row) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: rows of a file have no other identity
              <tr key={row}>
                {header.map((_title, column) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  <td key={column} title={cells[column] ?? undefined}>
                    {cells[column]}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length === 0 && <p className="secondary">{t("imports.noRows")}</p>}
    </section>
  );
}
