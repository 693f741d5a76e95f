import { useQuery } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { Plus, Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { type Webhook, webhooksQuery } from "@/api/webhooks";
import { WebhookActions } from "@/settings/WebhookActions";
import { WebhookDialog } from "@/settings/WebhookDialog";
import { WebhookLog } from "@/settings/WebhookLog";
import { Chip } from "@/ui/Chip";
import { CopyLine } from "@/ui/CopyLine";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

/** What is open over the page. */
export type Opened =
  | { what: "new" }
  | { what: "change" | "log"; webhook: Webhook }
  | { what: "secret"; name: string; secret: string }
  | null;

/** Which other servers are told of what; administrators say so. */
export function WebhooksPage() {
  const { t } = useTranslation();
  const query = useQuery(webhooksQuery);
  const [opened, setOpened] = useState<Opened>(null);
  const close = () => setOpened(null);
  const add = (
    <Button type="primary" icon={<Plus size={15} />} onClick={() => setOpened({ what: "new" })}>
      {t("webhooks.new")}
    </Button>
  );
  return (
    <>
      {query.isPending && <LinesSkeleton />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data?.length === 0 && (
        <EmptyState
          icon={WebhookIcon}
          title={t("webhooks.empty")}
          text={t("webhooks.text")}
          action={add}
        />
      )}
      {query.data && query.data.length > 0 && (
        <>
          <div className={styles.head}>
            <p className="secondary">{t("webhooks.text")}</p>
            {add}
          </div>
          <WebhooksTable webhooks={query.data} onOpen={setOpened} />
        </>
      )}
      {(opened?.what === "new" || opened?.what === "change") && (
        <WebhookDialog
          webhook={opened.what === "change" ? opened.webhook : undefined}
          onClose={close}
          // Once this dialog has let go of the focus.
          onSecret={(name, secret) => setTimeout(() => setOpened({ what: "secret", name, secret }))}
        />
      )}
      {opened?.what === "log" && <WebhookLog webhook={opened.webhook} onClose={close} />}
      {opened?.what === "secret" && <SecretDialog {...opened} onClose={close} />}
    </>
  );
}

const colors = {
  on: "green",
  off: null,
  struggling: "orange",
  failing: "red",
  gone: "red",
  owner: "red",
} as const;

function stateOf({ is_active, stopped, failing_since }: Webhook): keyof typeof colors {
  if (stopped) return stopped;
  if (!is_active) return "off";
  return failing_since ? "struggling" : "on";
}

interface TableProps {
  webhooks: Webhook[];
  onOpen: (opened: Opened) => void;
}

function WebhooksTable({ webhooks, onOpen }: TableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const objects = useObjects();
  return (
    <section className={styles.scroll} aria-label={t("webhooks.title")}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t("webhooks.name")}</th>
            <th>{t("webhooks.objects")}</th>
            <th>{t("webhooks.owner")}</th>
            <th>{t("webhooks.state")}</th>
            <th>
              <span className="sr-only">{t("common.moreActions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <td>
                <button
                  type="button"
                  className={styles.linkButton}
                  aria-label={t("webhooks.logOf", { name: webhook.name })}
                  onClick={() => onOpen({ what: "log", webhook })}
                >
                  {webhook.name}
                </button>
                <small className={`secondary ${styles.address}`}>{webhook.url}</small>
              </td>
              <td>
                {format.list(webhook.objects.map((n) => findObject(objects, n)?.label_plural ?? n))}
                <small className="secondary">
                  {format.list(webhook.actions.map((action) => t(`webhooks.action.${action}`)))}
                </small>
              </td>
              <td>{webhook.owner.label}</td>
              <td>
                <Chip color={colors[stateOf(webhook)]}>{t(`webhooks.is.${stateOf(webhook)}`)}</Chip>
                {webhook.waiting > 0 && (
                  <small className="secondary">
                    {t("webhooks.waiting", { number: format.number(webhook.waiting) })}
                  </small>
                )}
              </td>
              <td className={styles.end}>
                <WebhookActions webhook={webhook} onOpen={onOpen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface SecretProps {
  name: string;
  secret: string;
  onClose: () => void;
}

/** The secret, this once; a click beside it must not lose it. */
function SecretDialog({ name, secret, onClose }: SecretProps) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      title={t("webhooks.secretTitle", { name })}
      footer={null}
      mask={{ closable: false }}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <p>{t("webhooks.secretText")}</p>
        <CopyLine label={t("webhooks.secret")} value={secret} />
        <div className={styles.foot}>
          <Button type="primary" onClick={onClose}>
            {t("tokens.kept")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
