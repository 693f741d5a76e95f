import { App } from "antd";
import { useTranslation } from "react-i18next";
import {
  changeProvider,
  type Provider,
  providersQuery,
  removeProvider,
  testProvider,
} from "@/api/providers";
import { type Actions, ActionsMenu, useAct } from "@/settings/ActionsMenu";

interface Props {
  provider: Provider;
  onChange: (provider: Provider) => void;
}

export function ProviderActions({ provider, onChange }: Props) {
  const { t } = useTranslation();
  const items = useActions(provider, onChange);
  return <ActionsMenu label={t("providers.actions", { name: provider.name })} items={items} />;
}

function useActions(provider: Provider, onChange: Props["onChange"]): Actions {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const { mutate, mutateAsync } = useAct(providersQuery.queryKey);
  const { id, name, is_active } = provider;
  const test = async () => {
    const fault = await testProvider(id);
    if (fault) modal.error({ title: t("providers.faulty", { name }), content: fault });
    else message.success(t("providers.sound", { name }));
  };
  return [
    { key: "change", label: t("providers.change"), onClick: () => onChange(provider) },
    { key: "test", label: t("providers.test"), onClick: () => mutate(test) },
    {
      key: "switch",
      label: t(is_active ? "providers.switchOff" : "providers.switchOn"),
      onClick: () => mutate(() => changeProvider(id, { is_active: !is_active })),
    },
    {
      key: "remove",
      danger: true,
      label: t("providers.remove"),
      onClick: () =>
        modal.confirm({
          title: t("providers.removeAsk", { name }),
          content: t("providers.removeText"),
          okText: t("providers.remove"),
          okButtonProps: { danger: true },
          onOk: () => mutateAsync(() => removeProvider(id)),
        }),
    },
  ];
}
