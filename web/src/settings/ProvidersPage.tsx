import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Radio } from "antd";
import { KeyRound, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Passwords, type Provider, providersQuery, setPasswordsFor } from "@/api/providers";
import { rolesQuery } from "@/api/roles";
import { ProviderActions } from "@/settings/ProviderActions";
import { ProviderDialog } from "@/settings/ProviderDialog";
import { Chip } from "@/ui/Chip";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

/** Other systems that say who people are; administrators add them. */
export function ProvidersPage() {
  const { t } = useTranslation();
  const query = useQuery(providersQuery);
  const [opened, setOpened] = useState<Provider | "new" | null>(null);
  if (query.isPending) return <LinesSkeleton />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { items, passwords_for: passwords, redirect_address: redirect } = query.data;
  const add = (
    <Button type="primary" icon={<Plus size={15} />} onClick={() => setOpened("new")}>
      {t("providers.new")}
    </Button>
  );
  return (
    <>
      {items.length === 0 ? (
        <EmptyState
          icon={KeyRound}
          title={t("providers.empty")}
          text={t("providers.text")}
          action={add}
        />
      ) : (
        <>
          <div className={styles.head}>
            <p className="secondary">{t("providers.text")}</p>
            {add}
          </div>
          <ProvidersTable providers={items} onChange={setOpened} />
          <PasswordsChoice value={passwords} />
        </>
      )}
      {opened && (
        <ProviderDialog
          provider={opened === "new" ? undefined : opened}
          redirect={redirect}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  );
}

interface TableProps {
  providers: Provider[];
  onChange: (provider: Provider) => void;
}

function ProvidersTable({ providers, onChange }: TableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const roles = useQuery(rolesQuery).data?.items;
  return (
    <section className={styles.scroll} aria-label={t("providers.title")}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t("providers.name")}</th>
            <th>{t("providers.domains")}</th>
            <th>{t("providers.unknown")}</th>
            <th>{t("providers.state")}</th>
            <th>
              <span className="sr-only">{t("common.moreActions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {providers.map((provider) => (
            <tr key={provider.id}>
              <td>
                <button
                  type="button"
                  className={styles.linkButton}
                  onClick={() => onChange(provider)}
                >
                  {provider.name}
                </button>
                <small className={`secondary ${styles.address}`}>{provider.issuer}</small>
              </td>
              <td>{format.list(provider.domains)}</td>
              <td>
                {roles?.find(({ id }) => id === provider.role)?.label ?? t("providers.refused")}
              </td>
              <td>
                <Chip color={provider.is_active ? "green" : null}>
                  {t(provider.is_active ? "providers.on" : "providers.off")}
                </Chip>
              </td>
              <td className={styles.end}>
                <ProviderActions provider={provider} onChange={onChange} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

const choices = ["everybody", "administrators"] as const;

function PasswordsChoice({ value }: { value: Passwords }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const save = useMutation({
    mutationFn: setPasswordsFor,
    onSuccess: () => message.success(t("common.saved")),
    onSettled: () => client.invalidateQueries({ queryKey: providersQuery.queryKey }),
  });
  return (
    <section className={styles.aside} aria-labelledby="passwords-for">
      <h2 id="passwords-for">{t("providers.passwords")}</h2>
      {save.error && <Alert type="error" role="alert" title={errorText(save.error)} />}
      <Radio.Group
        aria-labelledby="passwords-for"
        vertical
        disabled={save.isPending}
        value={value}
        options={choices.map((choice) => ({ value: choice, label: t(`providers.for.${choice}`) }))}
        onChange={({ target }) => save.mutate(target.value)}
      />
      <p className={`secondary ${styles.note}`}>{t("providers.passwordsHint")}</p>
    </section>
  );
}
