import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, useObject } from "@/api/meta";
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
  const seesPurchases = fieldOf(useObject("customer"), "purchases") !== undefined;
  return (
    <section className={styles.base} aria-label={t("insight.base")}>
      <div className={styles.tiles}>
        <Tile title={t("insight.tile.customers")}>
          <Figure to={null}>{format.number(base.customers)}</Figure>
          {base.run && seesPurchases && (
            <p>
              <CustomersLink filter={{ field: "purchases", op: "gt", value: 0 }}>
                {t("insight.tile.buyers", {
                  count: base.buyers,
                  number: format.number(base.buyers),
                })}
              </CustomersLink>
            </p>
          )}
        </Tile>
        <Completeness completeness={base.completeness} />
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

/** How many key fields are filled; each opens the customers who lack it, the whole those who lack any. */
function Completeness({ completeness }: Pick<Base, "completeness">) {
  const { t } = useTranslation();
  const format = useFormat();
  const fields = [...completeness.fields].sort((a, b) => a.share - b.share).slice(0, weakest);
  const lacking = completeness.fields.map(({ name }): Filter => ({ field: name, op: "empty" }));
  return (
    <Tile title={t("insight.tile.completeness")}>
      <Figure to={{ or: lacking }}>{format.share(completeness.value)}</Figure>
      <ul className={styles.weak}>
        {fields.map(({ name, label, share, missing }) => (
          <li key={name}>
            <CustomersLink
              filter={{ field: name, op: "empty" }}
              title={t("insight.tile.missing", { count: missing, number: format.number(missing) })}
            >
              {label} {format.share(share)}
            </CustomersLink>
          </li>
        ))}
      </ul>
    </Tile>
  );
}

/** The few who bring most. Whoever may not see what customers bring cannot open them. */
function Pareto({ base: { pareto } }: { base: Base }) {
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
  const shown = format.number(pareto.customers);
  return (
    <Tile title={t("insight.tile.pareto")}>
      {pareto.filter ? (
        <Figure to={pareto.filter} sort={`-${pareto.filter.field}`}>
          {shown}
        </Figure>
      ) : (
        <span className={styles.figure}>{shown}</span>
      )}
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
