import { useTranslation } from "react-i18next";
import { fieldOf, useObject } from "@/api/meta";
import { CustomersLink } from "@/insight/BaseState";
import type { Base } from "@/insight/insightApi";
import { useFormat } from "@/ui/format";
import styles from "./home.module.css";

interface Props {
  stages: Base["stages"];
  currency: string;
}

/** How the customers spread over the stages, as one slim bar with its legend. */
export function StageBar({ stages, currency }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const choices = fieldOf(useObject("customer"), "stage")?.choices ?? [];
  const total = stages.reduce((sum, { customers }) => sum + customers, 0);
  const shown = stages.map((stage) => {
    const color = choices.find(({ value }) => value === stage.stage)?.color;
    return {
      ...stage,
      style: {
        "--stage": color ? `var(--ant-${color}-6, ${color})` : "var(--ant-color-primary)",
        flexGrow: stage.customers,
      } as React.CSSProperties,
    };
  });
  if (total === 0) return null;
  return (
    <div className={styles.stages}>
      <h2>{t("insight.tile.stages")}</h2>
      <div className={styles.bar} aria-hidden>
        {shown.map(
          ({ stage, customers, style }) => customers > 0 && <span key={stage} style={style} />,
        )}
      </div>
      <ul className={styles.legend}>
        {shown.map(({ stage, label, customers, value, style }) => (
          <li key={stage} style={{ "--stage": style["--stage" as keyof typeof style] } as object}>
            <CustomersLink
              filter={{ field: "stage", op: "in", value: [stage] }}
              title={t("insight.tile.stageValue", { value: format.money(value, currency, true) })}
            >
              {label} <strong>{format.number(customers)}</strong>
            </CustomersLink>
            <small className="secondary">{format.share(customers / total)}</small>
          </li>
        ))}
      </ul>
    </div>
  );
}
