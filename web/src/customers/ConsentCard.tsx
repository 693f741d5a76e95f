import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import {
  Ban,
  Check,
  Clock,
  Link2,
  type LucideIcon,
  Mail,
  MailOpen,
  MessageCircle,
  MessageSquare,
  Minus,
  Phone,
  X,
} from "lucide-react";
import { type KeyboardEvent, lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, findObject, useObjects } from "@/api/meta";
import {
  type Answer,
  type Channel,
  channels,
  type Permissions,
  permissionsQuery,
} from "@/customers/consentApi";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./consent.module.css";
import pageStyles from "./customer.module.css";

/** Rarely opened: it comes when it is. */
const ConsentDialog = lazy(async () => ({
  default: (await import("@/customers/ConsentDialog")).ConsentDialog,
}));
const LinkDialog = lazy(async () => ({
  default: (await import("@/customers/PreferenceLinkDialog")).PreferenceLinkDialog,
}));

const channelIcons: Record<(typeof channels)[number], LucideIcon> = {
  email: Mail,
  phone: Phone,
  sms: MessageSquare,
  wechat: MessageCircle,
  post: MailOpen,
};

const reasonIcons: Record<Answer["reason"], LucideIcon> = {
  granted: Check,
  legal_basis: Check,
  pending: Clock,
  withdrawn: X,
  do_not_contact: Ban,
  erased: Ban,
  retired: Minus,
  no_consent: Minus,
};

export interface Place {
  purpose: Permissions["purposes"][number] | null;
  channel: Channel;
  answer: Answer;
}

/** What a customer allows, by purpose and channel; each cell opens its evidence. */
export function ConsentCard({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const query = useQuery(permissionsQuery(customer));
  const [place, setPlace] = useState<Place | null>(null);
  const [linking, setLinking] = useState(false);
  const mayRecord = query.data?.can.includes("record") ?? false;
  return (
    <section aria-labelledby="consent-title">
      <header className={pageStyles.sectionHead}>
        <h2 id="consent-title" className={pageStyles.sectionTitle}>
          {t("consent.title")}
        </h2>
        {mayRecord && (
          <Button
            type="text"
            size="small"
            icon={<Link2 size={15} />}
            aria-label={t("consent.link.make")}
            title={t("consent.link.make")}
            onClick={() => setLinking(true)}
          />
        )}
      </header>
      {query.isPending && <LinesSkeleton lines={4} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && <Matrix permissions={query.data} onOpen={setPlace} />}
      <Suspense fallback={null}>
        {place && (
          <ConsentDialog
            customer={customer}
            place={place}
            mayRecord={mayRecord}
            mail={query.data?.mail ?? false}
            onClose={() => setPlace(null)}
          />
        )}
        {linking && (
          <LinkDialog
            customer={customer}
            mail={query.data?.mail ?? false}
            onClose={() => setLinking(false)}
          />
        )}
      </Suspense>
    </section>
  );
}

interface MatrixProps {
  permissions: Permissions;
  onOpen: (place: Place) => void;
}

function Matrix({ permissions, onOpen }: MatrixProps) {
  const { t } = useTranslation();
  const named = useChannelName();
  const byChannel = permissions.purposes.filter(({ channels }) => !channels.data);
  const ofData = permissions.purposes.filter(({ channels }) => channels.data);
  const contact = { name: t("consent.anyContact"), purpose: null, channels: permissions.contact };
  const rows = [contact, ...byChannel.map((one) => ({ ...one, purpose: one }))];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrows go from cell to cell, each a button
    <div onKeyDown={goByArrows}>
      <table className={styles.matrix}>
        <thead>
          <tr>
            <td />
            {channels.map((channel) => {
              const Icon = channelIcons[channel];
              return (
                <th key={channel} scope="col" title={named(channel)}>
                  <Icon size={15} aria-hidden />
                  <span className="sr-only">{named(channel)}</span>
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ name, purpose, channels: answers }) => (
            <tr key={purpose?.id ?? ""}>
              <th scope="row">{name}</th>
              {channels.map((channel) => {
                const answer = answers[channel];
                return (
                  <td key={channel}>
                    {answer && (
                      <Cell
                        name={t("consent.place", { what: name, channel: named(channel) })}
                        place={{ purpose, channel, answer }}
                        onOpen={onOpen}
                      />
                    )}
                  </td>
                );
              })}
            </tr>
          ))}
          {ofData.map(({ channels: { data: answer }, ...purpose }) => (
            <tr key={purpose.id}>
              <th scope="row">{purpose.name}</th>
              <td colSpan={channels.length} className={styles.whole}>
                {answer && (
                  <Cell
                    name={purpose.name}
                    place={{
                      purpose: { ...purpose, channels: { data: answer } },
                      channel: "data",
                      answer,
                    }}
                    onOpen={onOpen}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface CellProps {
  name: string;
  place: Place;
  onOpen: (place: Place) => void;
}

function Cell({ name, place, onOpen }: CellProps) {
  const format = useFormat();
  const { answer } = place;
  // A row about all contact says only that there is none, not that there may be.
  const quiet = place.purpose === null && answer.allowed;
  const Icon = quiet ? Minus : reasonIcons[answer.reason];
  const since = answer.since ? ` (${format.date(answer.since)})` : "";
  const text = quiet ? "" : `: ${answer.text}${since}`;
  return (
    <button
      type="button"
      className={styles.cell}
      data-reason={quiet ? "quiet" : answer.reason}
      aria-label={`${name}${text}`}
      title={`${name}${text}`}
      onClick={() => onOpen(place)}
    >
      <Icon size={15} aria-hidden />
    </button>
  );
}

/** The names of channels as the server says them. */
export function useChannelName() {
  const object = findObject(useObjects(), "consent");
  const choices = (object && fieldOf(object, "channel")?.choices) ?? [];
  return (channel: string) => choices.find(({ value }) => value === channel)?.label ?? channel;
}

const steps: Record<string, number> = { ArrowRight: 1, ArrowLeft: -1 };

function goByArrows(event: KeyboardEvent<HTMLElement>) {
  const cells = [...event.currentTarget.querySelectorAll<HTMLElement>("button")];
  const at = cells.indexOf(event.target as HTMLElement);
  const down = { ArrowDown: channels.length, ArrowUp: -channels.length }[event.key];
  const by = steps[event.key] ?? down;
  if (at < 0 || !by) return;
  event.preventDefault();
  cells[Math.min(Math.max(at + by, 0), cells.length - 1)]?.focus();
}
