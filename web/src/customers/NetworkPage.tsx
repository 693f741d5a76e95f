import { keepPreviousData, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { Checkbox, Segmented } from "antd";
import type { EChartsType } from "echarts/core";
import { Circle, Square, Waypoints } from "lucide-react";
import { useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, findObject, useObject, useObjects } from "@/api/meta";
import { recordQuery } from "@/api/records";
import { CustomerName } from "@/customers/CustomerName";
import { NetworkChart } from "@/customers/NetworkChart";
import { networkOption, reachedBy } from "@/customers/networkOption";
import { type Network, networkQuery } from "@/customers/relations";
import { useRelationDates } from "@/customers/useRelationLabel";
import { useLook } from "@/objects/chart/useLook";
import { Chip } from "@/ui/Chip";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./network.module.css";

export interface NetworkSearch {
  steps?: number;
  kinds?: string[];
}

interface Props {
  id: string;
  search: NetworkSearch;
  onSearch: (change: NetworkSearch) => void;
}

const usual = 2;

/** Who is related to a customer, and to these: drawn, and beside it as a table. */
export function NetworkPage({ id, search, onSearch }: Props) {
  const { t } = useTranslation();
  const customers = useObject("customer");
  const { data: loaded } = useSuspenseQuery(recordQuery(customers.path, id));
  const object = findObject(useObjects(), "relationship");
  const { steps = usual, kinds = [] } = search;
  const query = useQuery({
    ...networkQuery(id, steps, kinds),
    placeholderData: keepPreviousData,
  });
  const name = String(loaded.record[customers.title_field] ?? "");
  const choices = (object && fieldOf(object, "kind")?.choices) ?? [];
  return (
    <article className={styles.page}>
      <header className={styles.header}>
        <div>
          <Link to="/customers/$id" params={{ id }}>
            {t("customer.network.back", { name })}
          </Link>
          <h1>{t("customer.network.title", { name })}</h1>
        </div>
        <Segmented
          aria-label={t("customer.network.steps")}
          value={steps}
          options={[1, 2, 3].map((value) => ({
            value,
            label: t("customer.network.step", { count: value }),
          }))}
          onChange={(next) => onSearch({ ...search, steps: next === usual ? undefined : next })}
        />
      </header>
      <fieldset className={styles.kinds}>
        <legend className="sr-only">{t("customer.network.kinds")}</legend>
        {choices.map(({ value }) => {
          const chosen = kinds.length === 0 || kinds.includes(value);
          return (
            <Checkbox
              key={value}
              checked={chosen}
              onChange={() => {
                const before = kinds.length === 0 ? choices.map((one) => one.value) : kinds;
                const next = chosen ? before.filter((k) => k !== value) : [...before, value];
                const all = next.length === 0 || next.length === choices.length;
                onSearch({ ...search, kinds: all ? undefined : next });
              }}
            >
              <span className={styles.line} data-kind={value} aria-hidden />
              {t(`customer.network.kind.${value}` as "customer.network.kind.partner")}
            </Checkbox>
          );
        })}
      </fieldset>
      {query.isPending && <LinesSkeleton lines={8} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && <Drawn id={id} network={query.data} name={name} />}
    </article>
  );
}

function Drawn({ id, network, name }: { id: string; network: Network; name: string }) {
  const { t } = useTranslation();
  const look = useLook();
  const navigate = useNavigate();
  const chart = useRef<EChartsType>(null);
  const names = useMemo(
    () => new Map(network.nodes.map((node) => [node.id, node.label ?? ""])),
    [network],
  );
  const option = useMemo(
    () =>
      networkOption(network, look, ({ customer, other, label }) =>
        t("customer.network.says", {
          one: names.get(customer),
          other: names.get(other),
          is: label,
        }),
      ),
    [network, look, names, t],
  );
  if (network.nodes.length < 2)
    return <EmptyState icon={Waypoints} title={t("customer.network.none")} />;
  return (
    <div className={styles.columns}>
      <div>
        <NetworkChart
          option={option}
          label={t("customer.network.drawn", { name, count: network.nodes.length - 1 })}
          chart={chart}
          onPick={(index) => {
            const picked = network.nodes[index];
            if (picked && picked.id !== id)
              void navigate({ to: "/customers/$id", params: { id: picked.id } });
          }}
        />
        <p className={styles.legend}>
          <Circle size={12} aria-hidden /> {t("customer.network.person")}
          <Square size={12} aria-hidden /> {t("customer.network.organization")}
        </p>
        {(network.more > 0 || network.at_least) && (
          <p role="status">
            {t(network.at_least ? "customer.network.moreAtLeast" : "customer.network.more", {
              count: network.more,
            })}
          </p>
        )}
      </div>
      <Rows network={network} names={names} />
    </div>
  );
}

/** The same as the picture, in words. */
function Rows({ network, names }: { network: Network; names: Map<string, string> }) {
  const { t } = useTranslation();
  const datesOf = useRelationDates();
  const object = findObject(useObjects(), "relationship");
  const roles = (object && fieldOf(object, "roles")?.choices) ?? [];
  const by = reachedBy(network);
  return (
    <table className={styles.rows}>
      <caption className="sr-only">{t("customer.network.table")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("customer.network.who")}</th>
          <th scope="col">{t("customer.network.how")}</th>
          <th scope="col">{t("customer.network.steps")}</th>
        </tr>
      </thead>
      <tbody>
        {network.nodes.slice(1).map(({ id, label, step }) => {
          const link = by.get(id);
          const outwards = link?.other === id;
          const near = outwards ? link?.customer : link?.other;
          return (
            <tr key={id}>
              <th scope="row">
                <CustomerName id={id} label={label} />
              </th>
              <td>
                {link &&
                  t("customer.network.of", {
                    is: outwards ? link.label : link.inverse,
                    name: names.get(near ?? ""),
                  })}
                {link && <small className="secondary"> {datesOf(link)}</small>}
                <span className={styles.roles}>
                  {roles
                    .filter(({ value }) => link?.roles.includes(value))
                    .map((role) => (
                      <Chip key={role.value} color={role.color}>
                        {role.label}
                      </Chip>
                    ))}
                </span>
              </td>
              <td className="tabular">{step}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
