import { App } from "antd";
import { useTranslation } from "react-i18next";
import {
  changeWebhook,
  deleteWebhook,
  renewSecret,
  testWebhook,
  type Webhook,
  webhooksQuery,
} from "@/api/webhooks";
import { type Actions, ActionsMenu, useAct } from "@/settings/ActionsMenu";
import type { Opened } from "@/settings/WebhooksPage";

interface Props {
  webhook: Webhook;
  onOpen: (opened: Opened) => void;
}

export function WebhookActions({ webhook, onOpen }: Props) {
  const { t } = useTranslation();
  const items = useActions(webhook, onOpen);
  return <ActionsMenu label={t("webhooks.actions", { name: webhook.name })} items={items} />;
}

function useActions(webhook: Webhook, onOpen: Props["onOpen"]): Actions {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const { mutate, mutateAsync } = useAct(webhooksQuery.queryKey);
  const { id, name, is_active } = webhook;
  const test = async () => {
    await testWebhook(id);
    onOpen({ what: "log", webhook });
  };
  const renew = async () => onOpen({ what: "secret", name, secret: await renewSecret(id) });
  // Both ask first: the one makes receivers refuse in a day, no undo gives the other back.
  const ask = (key: "renew" | "delete", action: () => Promise<unknown>) =>
    modal.confirm({
      title: t(`webhooks.${key}Ask`, { name }),
      content: t(`webhooks.${key}Text`),
      okText: t(`webhooks.${key}`),
      okButtonProps: { danger: key === "delete" },
      onOk: () => mutateAsync(action),
    });
  return [
    {
      key: "change",
      label: t("webhooks.change"),
      onClick: () => onOpen({ what: "change", webhook }),
    },
    { key: "log", label: t("webhooks.log"), onClick: () => onOpen({ what: "log", webhook }) },
    ...(is_active ? [{ key: "test", label: t("webhooks.test"), onClick: () => mutate(test) }] : []),
    {
      key: "switch",
      label: t(is_active ? "webhooks.pause" : "webhooks.switchOn"),
      onClick: () => mutate(() => changeWebhook(id, { is_active: !is_active })),
    },
    { key: "renew", label: t("webhooks.renew"), onClick: () => ask("renew", renew) },
    {
      key: "delete",
      danger: true,
      label: t("webhooks.delete"),
      onClick: () => ask("delete", () => deleteWebhook(id)),
    },
  ];
}
