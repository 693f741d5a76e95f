import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Plus, ShieldCheck } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, findObject, useObjects } from "@/api/meta";
import { fewQuery } from "@/api/records";
import { useUser } from "@/api/session";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { type PrivacyRow, revealsQuery } from "@/customers/privacyApi";
import { NewRecord } from "@/objects/record/NewRecord";
import { dayIn } from "@/ui/days";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import pageStyles from "./customer.module.css";
import styles from "./privacy.module.css";

/** Rarely opened: it comes when it is. */
const PrivacyDialog = lazy(async () => ({
  default: (await import("@/customers/PrivacyDialog")).PrivacyDialog,
}));

const fields = ["number", "kind", "state", "received_on", "due_on"];
const shown = 5;

/** What the customer asked about their data, and who looked at what is masked. */
export function PrivacyCard({ record }: { record: RecordRow }) {
  const object = findObject(useObjects(), "privacy_request");
  return object ? <Card object={object} record={record} /> : null;
}

function Card({ object, record }: { object: ObjectMeta; record: RecordRow }) {
  const { t } = useTranslation();
  const [creating, setCreating] = useState(false);
  const [opened, setOpened] = useState<string | null>(null);
  const filter = { field: "customer", op: "in", value: [record.id] };
  const query = useQuery(fewQuery(object.path, { filter, fields, sort: "-received_on" }, shown));
  const rows = (query.data?.items ?? []) as PrivacyRow[];
  return (
    <section aria-labelledby="privacy-title">
      <header className={pageStyles.sectionHead}>
        <h2 id="privacy-title" className={pageStyles.sectionTitle}>
          {t("privacy.title")}
        </h2>
        {object.can.includes("create") && record.can.includes("change") && (
          <Button
            type="text"
            size="small"
            icon={<Plus size={15} />}
            aria-label={t("privacy.add")}
            title={t("privacy.add")}
            onClick={() => setCreating(true)}
          />
        )}
      </header>
      {query.isPending && <LinesSkeleton lines={2} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && rows.length === 0 && <p className="secondary">{t("privacy.none")}</p>}
      <ul className={styles.requests}>
        {rows.map((row) => (
          <Request key={row.id} object={object} row={row} onOpen={() => setOpened(row.id)} />
        ))}
      </ul>
      <Looks record={record} />
      <NewRecord
        object={object}
        open={creating}
        onClose={() => setCreating(false)}
        given={{ customer: record.id }}
        onCreated={(made) => {
          void query.refetch();
          setOpened(made.id);
        }}
      />
      <Suspense fallback={null}>
        {opened && (
          <PrivacyDialog
            object={object}
            id={opened}
            customer={record.id}
            onClose={() => setOpened(null)}
          />
        )}
      </Suspense>
    </section>
  );
}

interface RequestProps {
  object: ObjectMeta;
  row: PrivacyRow;
  onOpen: () => void;
}

function Request({ object, row, onOpen }: RequestProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const label = (name: "kind" | "state") =>
    fieldOf(object, name)?.choices?.find(({ value }) => value === row[name])?.label ?? row[name];
  const isOpen = row.state === "open";
  const isLate = isOpen && row.due_on < dayIn(new Date(), format.timeZone);
  return (
    <li>
      <button type="button" className={styles.request} onClick={onOpen}>
        <ShieldCheck size={15} aria-hidden />
        <span className="ellipsis">{label("kind")}</span>
        <small className={isLate ? styles.late : "secondary"}>
          {isOpen ? t("privacy.due", { day: format.date(row.due_on) }) : label("state")}
        </small>
      </button>
    </li>
  );
}

/** For those who answer for the record: who saw which masked value of it. */
function Looks({ record }: { record: RecordRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { administer } = useUser();
  const query = useQuery({
    ...revealsQuery(record.id),
    enabled: administer || record.can.includes("change"),
  });
  const looks = query.data?.items ?? [];
  if (looks.length === 0) return null;
  return (
    <details className={styles.looks}>
      <summary>{t("privacy.looks", { count: looks.length })}</summary>
      <ul>
        {looks.map(({ at, actor, field, label, reason }) => (
          <li key={at}>
            {t("privacy.look", { name: actor.label, field: label || field })}{" "}
            <time className="secondary" dateTime={at}>
              {format.dateTime(at)}
            </time>
            {reason && <span className="secondary"> {reason}</span>}
          </li>
        ))}
      </ul>
    </details>
  );
}
