import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Modal } from "antd";
import { Send } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type Delivery, deliveriesQuery, sendAgain, type Webhook } from "@/api/webhooks";
import { Chip } from "@/ui/Chip";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

const colors = { waiting: "gold", delivered: "green", failed: "red", nothing: null };

/** What was sent to a webhook and what came of it; anything can be sent once more. */
export function WebhookLog({ webhook, onClose }: { webhook: Webhook; onClose: () => void }) {
  const { t } = useTranslation();
  const query = useInfiniteQuery(deliveriesQuery(webhook.id));
  const deliveries = query.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <Modal
      open
      width={720}
      title={t("webhooks.logOf", { name: webhook.name })}
      footer={null}
      onCancel={onClose}
    >
      {query.isPending && <LinesSkeleton />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && deliveries.length === 0 && (
        <EmptyState icon={Send} title={t("webhooks.logEmpty")} compact />
      )}
      {deliveries.length > 0 && (
        <ul className={styles.log}>
          {deliveries.map((delivery) => (
            <DeliveryItem key={delivery.id} webhook={webhook} delivery={delivery} />
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button loading={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
          {t("common.loadMore")}
        </Button>
      )}
    </Modal>
  );
}

function DeliveryItem({ webhook, delivery }: { webhook: Webhook; delivery: Delivery }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const again = useMutation({
    mutationFn: () => sendAgain(webhook.id, delivery.id),
    onSettled: () => client.invalidateQueries({ queryKey: ["webhooks"] }),
    onError: (error) => void message.error(errorText(error)),
  });
  const { state, events, tries, status, error, excerpt, duration_ms, next_try_at } = delivery;
  const answer = [
    status !== null && t("webhooks.status", { status }),
    error !== null && t(`webhooks.error.${error}`),
    duration_ms !== null && t("webhooks.took", { number: format.number(duration_ms) }),
    tries > 1 && t("webhooks.tries", { number: format.number(tries) }),
    next_try_at && tries > 0 && t("webhooks.nextTry", { at: format.dateTime(next_try_at) }),
  ].filter(Boolean);
  return (
    <li>
      <div>
        <Chip color={colors[state]}>{t(`webhooks.delivery.${state}`)}</Chip>{" "}
        <strong>
          {events > 0
            ? t("webhooks.events", { count: events, number: format.number(events) })
            : t("webhooks.isTest")}
        </strong>{" "}
        <time className="secondary" dateTime={delivery.created_at}>
          {format.dateTime(delivery.created_at)}
        </time>
        {answer.length > 0 && <p className="secondary">{answer.join(" · ")}</p>}
        {excerpt && <pre className={styles.excerpt}>{excerpt}</pre>}
      </div>
      {webhook.is_active && (
        <Button size="small" loading={again.isPending} onClick={() => again.mutate()}>
          {t("webhooks.again")}
        </Button>
      )}
    </li>
  );
}
