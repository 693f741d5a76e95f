import { Link } from "@tanstack/react-router";
import {
  Globe,
  type LucideIcon,
  Mail,
  MapPin,
  MessageCircle,
  Paperclip,
  PencilLine,
  PenLine,
  Phone,
  ReceiptText,
  ShieldCheck,
  Users,
} from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, findObject, useObjects } from "@/api/meta";
import type { FieldMeta } from "@/api/types";
import type { TimelineEntry as TimelineItem } from "@/customers/customerApi";
import { TaskCheck } from "@/customers/TaskCheck";
import { FieldValue } from "@/objects/fields/FieldValue";
import { Changes } from "@/objects/record/History";
import { UndoEntry } from "@/objects/record/UndoEntry";
import { useActionText } from "@/objects/record/useActionText";
import { RichText } from "@/objects/richtext/RichText";
import { useFormat } from "@/ui/format";
import styles from "./timeline.module.css";

interface Props {
  entry: TimelineItem;
  customer: string;
}

export function Entry({ entry, customer }: Props) {
  switch (entry.kind) {
    case "order":
      return <OrderEntry entry={entry} />;
    case "interaction":
      return <InteractionEntry entry={entry} />;
    case "task":
      return <TaskEntry entry={entry} customer={customer} />;
    case "consent":
      return <ConsentEntry entry={entry} />;
    default:
      return <ChangeEntry entry={entry} />;
  }
}

const channelIcons: Record<string, LucideIcon> = {
  call: Phone,
  email: Mail,
  visit: MapPin,
  meeting: Users,
  chat: MessageCircle,
  sms: MessageCircle,
  wechat: MessageCircle,
  web: Globe,
  note: PenLine,
};

interface RowProps {
  entry: TimelineItem;
  mark: ReactNode;
  head: ReactNode;
  side?: ReactNode;
  children?: ReactNode;
}

function Row({ entry, mark, head, side, children }: RowProps) {
  const format = useFormat();
  return (
    <li className={styles.entry}>
      <span className={styles.mark}>{mark}</span>
      <div className={styles.entryBody}>
        <div className={styles.entryHead}>
          <span className={styles.entryTitle}>{head}</span>
          {side}
        </div>
        {children}
        <small className={styles.entryFoot}>
          <time dateTime={entry.at} title={format.dateTime(entry.at)}>
            {format.time(entry.at)}
          </time>
          {entry.kind !== "change" && entry.actor?.label && <span> · {entry.actor.label}</span>}
        </small>
      </div>
    </li>
  );
}

const Body = ({ text }: { text: string }) => (
  <div className={styles.text}>
    <RichText text={text} />
  </div>
);

/** Label and chip come from the field the value belongs to. */
function useFieldOf(object: string, name: string): FieldMeta | undefined {
  const meta = findObject(useObjects(), object);
  return meta && fieldOf(meta, name);
}

function OrderEntry({ entry }: { entry: TimelineItem }) {
  const { t } = useTranslation();
  const format = useFormat();
  const status = useFieldOf("order", "status");
  return (
    <Row
      entry={entry}
      mark={<ReceiptText size={15} aria-hidden />}
      head={
        <>
          {t("customer.entry.order")}{" "}
          <Link to="/$path/$id" params={{ path: "orders", id: entry.id }}>
            {entry.title}
          </Link>
        </>
      }
      side={<strong className="tabular">{format.money(entry.amount, entry.currency)}</strong>}
    >
      <div className={styles.entryMeta}>
        {entry.lines !== undefined && (
          <span>{t("customer.entry.lines", { count: entry.lines })}</span>
        )}
        {status && entry.status && <FieldValue field={status} value={entry.status} />}
      </div>
    </Row>
  );
}

function InteractionEntry({ entry }: { entry: TimelineItem }) {
  const { t } = useTranslation();
  const channel = useFieldOf("interaction", "channel");
  const Icon = channelIcons[entry.channel ?? ""] ?? MessageCircle;
  const name = channel?.choices?.find(({ value }) => value === entry.channel)?.label;
  const direction = entry.direction === "in" || entry.direction === "out" ? entry.direction : null;
  const way = entry.channel === "call" ? "call" : "other";
  const directed = direction !== null && entry.channel !== "note" && entry.channel !== "visit";
  return (
    <Row
      entry={entry}
      mark={<Icon size={15} aria-hidden />}
      head={
        <>
          <span className="secondary">
            {name ?? entry.channel}
            {directed ? ` · ${t(`customer.entry.direction.${way}.${direction}`)}` : ""}
          </span>{" "}
          {entry.title && <strong>{entry.title}</strong>}
        </>
      }
    >
      {entry.body && <Body text={entry.body} />}
      {entry.outcome && (
        <div className={styles.entryMeta}>
          {t("customer.entry.outcome", { outcome: entry.outcome })}
        </div>
      )}
    </Row>
  );
}

function TaskEntry({ entry, customer }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const done = entry.status === "done";
  return (
    <Row
      entry={entry}
      mark={<TaskCheck id={entry.id} title={entry.title} done={done} customer={customer} />}
      head={
        <>
          <span className="secondary">{t("customer.kind.task")}</span>{" "}
          <Link to="/$path/$id" params={{ path: "tasks", id: entry.id }} data-done={done}>
            {entry.title}
          </Link>
        </>
      }
      side={
        entry.due_on && (
          <span className="secondary">
            {t("customer.entry.due", { date: format.date(entry.due_on) })}
          </span>
        )
      }
    >
      {entry.body && <Body text={entry.body} />}
    </Row>
  );
}

/** What the customer said may be sent: the title is a link, as the purpose is a record. */
function ConsentEntry({ entry }: { entry: TimelineItem }) {
  const { t } = useTranslation();
  const object = findObject(useObjects(), "consent");
  const name = (field: string, value: unknown) =>
    object && fieldOf(object, field)?.choices?.find((one) => one.value === value)?.label;
  const what = linkLabel(entry.title);
  return (
    <Row
      entry={entry}
      mark={<ShieldCheck size={15} aria-hidden />}
      head={
        <>
          <span className="secondary">
            {t("customer.kind.consent")} · {name("channel", entry.channel)}
          </span>{" "}
          <strong>{[what, name("state", entry.state)].filter(Boolean).join(": ")}</strong>
        </>
      }
    >
      {entry.body && <Body text={entry.body} />}
      <div className={styles.entryMeta}>{name("source", entry.source)}</div>
    </Row>
  );
}

const linkLabel = (value: unknown) =>
  value && typeof value === "object" && "label" in value ? String(value.label ?? "") : "";

function ChangeEntry({ entry }: { entry: TimelineItem }) {
  const { t } = useTranslation();
  const actionText = useActionText();
  const object = findObject(useObjects(), "customer");
  const { action = "update", changes = {} } = entry;
  const Icon = entry.file ? Paperclip : PencilLine;
  return (
    <Row
      entry={entry}
      mark={<Icon size={15} aria-hidden />}
      head={
        <span className="secondary">
          {entry.actor?.label ?? t("common.somebody")} {actionText(action, entry)}
        </span>
      }
      side={<UndoEntry entry={entry} />}
    >
      {action === "update" && object && <Changes object={object} changes={changes} />}
    </Row>
  );
}
