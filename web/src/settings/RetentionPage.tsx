import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button, Switch } from "antd";
import { Hourglass, Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Held, holdsQuery } from "@/api/erasing";
import { findObject, useObjects } from "@/api/meta";
import { type Kept, type RetentionRule, retentionQuery, saveRule, valuesOf } from "@/api/retention";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

/** The editor of conditions comes with it: when a rule is opened. */
const RetentionDialog = lazy(async () => ({
  default: (await import("@/settings/RetentionDialog")).RetentionDialog,
}));

/** Rules that let records go, legal holds against them, and what is kept how long anyway. */
export function RetentionPage() {
  const { t } = useTranslation();
  const query = useQuery(retentionQuery);
  const [opened, setOpened] = useState<RetentionRule | "new" | null>(null);
  if (query.isPending) return <LinesSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { items, kept } = query.data;
  const add = (
    <Button type="primary" icon={<Plus size={15} />} onClick={() => setOpened("new")}>
      {t("retention.new")}
    </Button>
  );
  return (
    <>
      {items.length === 0 ? (
        <EmptyState
          icon={Hourglass}
          title={t("retention.empty")}
          text={t("retention.text")}
          action={add}
        />
      ) : (
        <>
          <div className={styles.head}>
            <p className="secondary">{t("retention.text")}</p>
            {add}
          </div>
          <RulesTable rules={items} onOpen={setOpened} />
        </>
      )}
      <Holds />
      <KeptTable kept={kept} />
      {opened && (
        <Suspense fallback={null}>
          <RetentionDialog
            rule={opened === "new" ? undefined : opened}
            onClose={() => setOpened(null)}
          />
        </Suspense>
      )}
    </>
  );
}

interface RulesProps {
  rules: RetentionRule[];
  onOpen: (rule: RetentionRule) => void;
}

function RulesTable({ rules, onOpen }: RulesProps) {
  const { t } = useTranslation();
  const objects = useObjects();
  return (
    <section className={styles.scroll} aria-label={t("retention.title")}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t("retention.name")}</th>
            <th>{t("retention.object")}</th>
            <th>{t("retention.after")}</th>
            <th>{t("retention.action")}</th>
            <th>{t("retention.last")}</th>
            <th>{t("retention.active")}</th>
          </tr>
        </thead>
        <tbody>
          {rules.map((rule) => (
            <tr key={rule.id}>
              <td>
                <button type="button" className={styles.linkButton} onClick={() => onOpen(rule)}>
                  {rule.name}
                </button>
                <small className="secondary">{t("retention.by", { name: rule.owner.label })}</small>
              </td>
              <td>{findObject(objects, rule.object)?.label_plural ?? rule.object}</td>
              <td>{t("retention.months", { count: rule.months })}</td>
              <td>{t(`retention.does.${rule.action}`)}</td>
              <td>
                <LastNight rule={rule} />
              </td>
              <td>
                <Active rule={rule} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function LastNight({ rule: { last, ran_at } }: { rule: RetentionRule }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (!last || !ran_at) return <span className="secondary">{t("retention.never")}</span>;
  const refused = Object.values(last.refused).reduce((sum, count) => sum + count, 0);
  return (
    <>
      {t("retention.done", { count: last.done })}
      <small className="secondary">
        {[
          format.date(ran_at),
          last.left > 0 && t("retention.left", { count: last.left }),
          refused > 0 && t("retention.refused", { count: refused }),
        ]
          .filter(Boolean)
          .join(" · ")}
      </small>
    </>
  );
}

function Active({ rule }: { rule: RetentionRule }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const save = useMutation({
    mutationFn: (is_active: boolean) => saveRule(rule.id, { ...valuesOf(rule), is_active }),
    onError: (error) => message.error(errorText(error)),
    onSettled: () => client.invalidateQueries({ queryKey: retentionQuery.queryKey }),
  });
  return (
    <Switch
      size="small"
      aria-label={t("retention.activeOf", { name: rule.name })}
      checked={rule.is_active}
      loading={save.isPending}
      onChange={(checked) => save.mutate(checked)}
    />
  );
}

/** Customers that must stay as they are; each is lifted on its own page. */
function Holds() {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useQuery(holdsQuery("customer"));
  if (!data || data.length === 0) return null;
  const row = (held: Held) => (
    <tr key={held.record.id}>
      <td>
        <Link to="/customers/$id" params={{ id: held.record.id }}>
          {held.record.label}
        </Link>
      </td>
      <td>{held.reason}</td>
      <td>{held.until ? format.date(held.until) : t("erasing.hold.unlimited")}</td>
      <td>{held.placed_by.label}</td>
    </tr>
  );
  return (
    <section className={styles.kept} aria-labelledby="holds">
      <h2 id="holds">{t("retention.holds")}</h2>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th>{t("retention.customer")}</th>
              <th>{t("erasing.hold.reason")}</th>
              <th>{t("erasing.hold.until")}</th>
              <th>{t("retention.placedBy")}</th>
            </tr>
          </thead>
          <tbody>{data.map(row)}</tbody>
        </table>
      </div>
    </section>
  );
}

function KeptTable({ kept }: { kept: Kept[] }) {
  const { t } = useTranslation();
  return (
    <section className={styles.kept} aria-labelledby="kept">
      <h2 id="kept">{t("retention.kept")}</h2>
      <table className={styles.table}>
        <tbody>
          {kept.map(({ name, label, days }) => (
            <tr key={name}>
              <th scope="row">{label}</th>
              <td>
                {days === null ? t("retention.always") : t("retention.days", { count: days })}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
