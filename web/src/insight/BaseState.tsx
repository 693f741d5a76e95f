import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Filter } from "@/api/types";
import type { Base } from "@/insight/insightApi";
import { StageBar } from "@/insight/StageBar";
import { useFormat } from "@/ui/format";
import styles from "./home.module.css";

const weakest = 3;

/** The customer base in four figures and a bar; each opens the customers behind it. */
export function BaseState({ base }: { base: Base }) {
  const { t } = useTranslation();
  const format = useFormat();
  const fields = [...base.completeness.fields].sort((a, b) => a.share - b.share).slice(0, weakest);
  return (
    <section className={styles.base} aria-label={t("insight.base")}>
      <div className={styles.tiles}>
        <Tile title={t("insight.tile.customers")}>
          <Figure to={null}>{format.number(base.customers)}</Figure>
          {base.run && (
            <p className="secondary">
              {t("insight.tile.orders", {
                count: base.orders,
                number: format.number(base.orders),
              })}
            </p>
          )}
        </Tile>
        <Tile title={t("insight.tile.completeness")}>
          <span className={styles.figure}>{format.share(base.completeness.value)}</span>
          <ul className={styles.weak}>
            {fields.map(({ name, label, share }) => (
              <li key={name}>
                <CustomersLink filter={{ field: name, op: "empty" }}>
                  {label} {format.share(share)}
                </CustomersLink>
              </li>
            ))}
          </ul>
        </Tile>
        <Tile title={t("insight.tile.unowned")}>
          <Figure to={{ field: "owner", op: "empty" }}>{format.number(base.unowned)}</Figure>
          <p className="secondary">
            {t("insight.tile.ofAll", {
              share: format.share(base.customers ? base.unowned / base.customers : 0),
            })}
          </p>
        </Tile>
        <Pareto base={base} />
      </div>
      {base.stages.length > 0 && <StageBar stages={base.stages} currency={base.currency} />}
    </section>
  );
}

/** The few who bring most: class A where it is the same customers, else all by what they brought. */
function Pareto({ base: { pareto, abc_classes = [] } }: { base: Base }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!pareto) {
    return (
      <Tile title={t("insight.tile.pareto")}>
        <span className={styles.figure}>–</span>
        <p className="secondary">{t("insight.tile.noPareto")}</p>
      </Tile>
    );
  }
  const isClassA = abc_classes[0]?.customers === pareto.customers;
  return (
    <Tile title={t("insight.tile.pareto")}>
      <Figure
        to={isClassA ? { field: "abc_class", op: "in", value: ["A"] } : null}
        sort="-revenue_12m"
      >
        {format.number(pareto.customers)}
      </Figure>
      <p className="secondary">
        {t("insight.tile.bring", {
          share: format.share(pareto.share),
          value: format.share(pareto.of_value),
        })}
      </p>
    </Tile>
  );
}

function Tile({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.tile}>
      <h2>{title}</h2>
      {children}
    </div>
  );
}

interface LinkProps {
  filter: Filter | null;
  sort?: string;
  className?: string;
  title?: string;
  children: ReactNode;
}

/** Opens the list of customers with one condition. */
export function CustomersLink({ filter, sort, children, ...rest }: LinkProps) {
  return (
    <Link
      to="/$path"
      params={{ path: "customers" }}
      search={{ filter: filter ? { and: [filter] } : undefined, sort }}
      {...rest}
    >
      {children}
    </Link>
  );
}

function Figure({ to, ...rest }: { to: Filter | null; sort?: string; children: ReactNode }) {
  return <CustomersLink filter={to} className={styles.figure} {...rest} />;
}
