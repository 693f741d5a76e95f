import { ArrowRight } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Trial } from "@/fields/classificationsApi";
import { colorOf } from "@/fields/draft";
import type { Choice } from "@/fields/fieldsApi";
import { Chip } from "@/ui/Chip";
import { useFormat } from "@/ui/format";
import { textIn } from "@/ui/languages";
import styles from "./classifications.module.css";

interface Props {
  trial: Trial;
  classes: Choice[];
}

/** What the rules would change: how many from which class to which, and some of them. */
export function ClassTrial({ trial, classes }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const moving = trial.moves.reduce((sum, { count }) => sum + count, 0);
  return (
    <section className={styles.trial} aria-label={t("classifications.trial")} role="status">
      <p>
        {t("classifications.wouldMove", {
          count: moving,
          number: format.number(moving),
          staying: format.number(trial.staying),
        })}
      </p>
      {trial.moves.length > 0 && (
        <ul className={styles.moves}>
          {trial.moves.map((move) => (
            <li key={`${move.from} ${move.to}`}>
              <ClassChip value={move.from} classes={classes} />
              <ArrowRight size={14} aria-label={t("classifications.to")} />
              <ClassChip value={move.to} classes={classes} />
              <strong className="tabular">{format.number(move.count)}</strong>
            </li>
          ))}
        </ul>
      )}
      {trial.sample.length > 0 && (
        <>
          <small className="secondary">{t("classifications.sample")}</small>
          <ul className={styles.moves}>
            {trial.sample.map((one) => (
              <li key={one.id}>
                <span className="ellipsis">{one.name}</span>
                <ClassChip value={one.from} classes={classes} />
                <ArrowRight size={14} aria-label={t("classifications.to")} />
                <ClassChip value={one.to} classes={classes} />
                <small className="secondary">
                  {one.is_override
                    ? t("classifications.byHand")
                    : one.rule < 0
                      ? t("classifications.noRule")
                      : t("classifications.rule", { n: one.rule + 1 })}
                </small>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

function ClassChip({ value, classes }: { value: string; classes: Choice[] }) {
  const { t, i18n } = useTranslation();
  const at = classes.findIndex((one) => one.value === value);
  const found = classes[at];
  if (!found) return <Chip>{value || t("classifications.noClass")}</Chip>;
  return <Chip color={colorOf(found, at)}>{textIn(found.labels, i18n.language) || value}</Chip>;
}
