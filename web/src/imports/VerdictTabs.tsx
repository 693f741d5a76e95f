import { useTranslation } from "react-i18next";
import { type Import, type Verdict, verdicts } from "@/imports/importsApi";
import { useFormat } from "@/ui/format";
import styles from "./rows.module.css";

export const verdictColors: Record<Verdict, string> = {
  create: "green",
  update: "blue",
  unchanged: "cyan",
  reject: "red",
  ambiguous: "gold",
};

interface Props {
  counts: Import["counts"];
  verdict: string | undefined;
  onVerdict: (verdict: string | undefined) => void;
}

/** How many rows fare how; each count shows its rows. */
export function VerdictTabs({ counts, verdict, onVerdict }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <fieldset className={styles.verdicts}>
      <legend className="sr-only">{t("imports.byVerdict")}</legend>
      <button
        type="button"
        aria-pressed={verdict === undefined}
        onClick={() => onVerdict(undefined)}
      >
        <strong>{format.number(counts.rows ?? 0)}</strong>
        <span>{t("imports.allRows")}</span>
      </button>
      {verdicts.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={verdict === one}
          disabled={!counts[one]}
          style={{ "--verdict": `var(--ant-${verdictColors[one]}-6)` } as React.CSSProperties}
          onClick={() => onVerdict(one)}
        >
          <strong>{format.number(counts[one] ?? 0)}</strong>
          <span>{t(`imports.verdict.${one}`)}</span>
        </button>
      ))}
    </fieldset>
  );
}
