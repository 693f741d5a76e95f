import { type UseQueryResult, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { LogOut } from "lucide-react";
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { CustomerName } from "@/customers/CustomerName";
import { CustomerTree } from "@/customers/CustomerTree";
import { Figures, useFigure } from "@/customers/Figures";
import {
  type Group,
  hierarchyQuery,
  householdQuery,
  leaveHousehold,
  referralsQuery,
} from "@/customers/relations";
import { useRelationDates } from "@/customers/useRelationLabel";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { LinesSkeleton } from "@/ui/Skeletons";
import pageStyles from "./customer.module.css";
import styles from "./groups.module.css";

/** The groups a customer belongs to; a card where there is one. */
export default function GroupCards({ customer }: { customer: string }) {
  const object = findObject(useObjects(), "relationship");
  if (!object) return null;
  return (
    <>
      <HierarchyCard customer={customer} />
      <HouseholdCard customer={customer} mayLeave={object.can.includes("change")} />
      <ReferralCard customer={customer} />
    </>
  );
}

interface CardProps<T> {
  title: string;
  query: UseQueryResult<T>;
  /** Whether there is anything to show. */
  has: (found: T) => boolean;
  action?: ReactNode;
  children: (found: T) => ReactNode;
}

function Card<T extends Group>({ title, query, has, action, children }: CardProps<T>) {
  const { t } = useTranslation();
  const id = useId();
  if (query.isError) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <LinesSkeleton lines={2} />;
  if (!query.data || !has(query.data)) return null;
  const { more, at_least: atLeast } = query.data;
  return (
    <section aria-labelledby={id}>
      <header className={pageStyles.sectionHead}>
        <h2 id={id} className={pageStyles.sectionTitle}>
          {title}
        </h2>
        {action}
      </header>
      {children(query.data)}
      {(more > 0 || atLeast) && (
        <p className="secondary">
          {more === 0
            ? t("customer.group.cut")
            : t(atLeast ? "customer.group.moreAtLeast" : "customer.group.more", { count: more })}
        </p>
      )}
    </section>
  );
}

function HierarchyCard({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const query = useQuery(hierarchyQuery(customer));
  return (
    <Card
      title={t("customer.group.hierarchy")}
      query={query}
      has={({ group }) => group.customers > 1}
    >
      {(found) => {
        const part = found.below.customers > 1 && found.below.customers < found.group.customers;
        return (
          <>
            <Figures
              group={found}
              columns={[
                { name: t("customer.group.whole"), amount: found.group },
                ...(part ? [{ name: t("customer.group.below"), amount: found.below }] : []),
              ]}
            />
            <CustomerTree group={found} customer={customer} label={t("customer.group.hierarchy")} />
          </>
        );
      }}
    </Card>
  );
}

function HouseholdCard({ customer, mayLeave }: { customer: string; mayLeave: boolean }) {
  const { t } = useTranslation();
  const query = useQuery(householdQuery(customer));
  const datesOf = useRelationDates();
  const leave = useLeave(customer);
  return (
    <Card
      title={t("customer.group.household")}
      query={query}
      has={({ group }) => group.customers > 1}
      action={
        mayLeave && (
          <Button
            type="text"
            size="small"
            icon={<LogOut size={15} />}
            title={t("customer.group.leave")}
            aria-label={t("customer.group.leave")}
            onClick={() => void leave()}
          />
        )
      }
    >
      {(found) => (
        <>
          <Figures
            group={found}
            columns={[{ name: t("customer.group.together"), amount: found.group }]}
          />
          <ul>
            {found.nodes.map((member) => (
              <li key={member.id} className={styles.member}>
                <CustomerName id={member.id} label={member.label} self={member.id === customer} />
                <small className="secondary">{datesOf(member)}</small>
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function ReferralCard({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const query = useQuery(referralsQuery(customer));
  const figure = useFigure();
  return (
    <Card
      title={t("customer.group.referrals")}
      query={query}
      has={({ brought, came_by: cameBy }) => brought.customers + cameBy.length > 0}
    >
      {(found) => (
        <>
          {found.came_by.length > 0 && (
            <p className={styles.cameBy}>
              <span className="secondary">{t("customer.group.cameBy")}</span>
              {found.came_by.map(({ id, label }, at) => (
                <span key={id}>
                  {at > 0 && <span className="secondary"> ← </span>}
                  <CustomerName id={id} label={label} />
                </span>
              ))}
            </p>
          )}
          {found.brought.customers > 0 && (
            <>
              <p>
                {t("customer.group.brought", {
                  count: found.brought.customers,
                  direct: figure.count(found.direct.customers),
                })}
              </p>
              <Figures
                group={found}
                columns={[
                  { name: t("customer.group.all"), amount: found.brought },
                  ...(found.direct.customers < found.brought.customers
                    ? [{ name: t("customer.group.direct"), amount: found.direct }]
                    : []),
                ]}
              />
              <CustomerTree
                group={found}
                customer={customer}
                label={t("customer.group.referrals")}
              />
            </>
          )}
        </>
      )}
    </Card>
  );
}

function useLeave(customer: string) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();
  return async () => {
    try {
      const { requestId } = await leaveHousehold(customer);
      void refreshRecords(client, "relationships");
      offer(t("customer.group.left"), requestId);
    } catch (error) {
      message.error(errorText(error));
    }
  };
}
