import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Input, Modal, Select } from "antd";
import { Plus, Trash2 } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { newId } from "@/api/newId";
import {
  addProvider,
  changeProvider,
  type Provider,
  type ProviderChange,
  type ProviderValues,
  providersQuery,
} from "@/api/providers";
import { rolesQuery } from "@/api/roles";
import { CopyLine } from "@/ui/CopyLine";
import { useErrorText } from "@/ui/errorText";
import styles from "./settings.module.css";

interface Props {
  provider?: Provider;
  /** Where providers send people back to, with "{id}" for the id. */
  redirect: string;
  onClose: () => void;
}

type Values = Omit<ProviderValues, "id">;

export function ProviderDialog({ provider, redirect, onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  // Known before it is kept: providers want the address to send people back to first.
  const [id] = useState(() => provider?.id ?? newId());
  const save = useMutation({
    mutationFn: async ({ secret, ...values }: Values) => {
      const change: ProviderChange = secret ? { ...values, secret } : values;
      if (provider) await changeProvider(id, change);
      else await addProvider({ ...values, secret, id });
    },
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: providersQuery.queryKey });
      onClose();
    },
  });
  return (
    <Modal
      open
      title={provider ? t("providers.changeTitle", { name: provider.name }) : t("providers.new")}
      footer={null}
      mask={{ closable: false }}
      onCancel={onClose}
    >
      <ProviderForm
        provider={provider}
        redirect={redirect.replace("{id}", id)}
        error={save.error}
        busy={save.isPending}
        onCancel={onClose}
        onSend={save.mutate}
      />
    </Modal>
  );
}

interface FormProps {
  provider?: Provider;
  redirect: string;
  error: unknown;
  busy: boolean;
  onCancel: () => void;
  onSend: (values: Values) => void;
}

function ProviderForm({ provider, redirect, error, busy, onCancel, onSend }: FormProps) {
  const { t } = useTranslation();
  const id = useId();
  const errorText = useErrorText();
  const roles = useRoleOptions();
  const [values, setValues] = useState<Values>(() => ({
    name: provider?.name ?? "",
    issuer: provider?.issuer ?? "https://",
    client_id: provider?.client_id ?? "",
    secret: "",
    domains: provider?.domains ?? [],
    role: provider?.role ?? null,
    claim: provider?.claim ?? "",
    roles: provider?.roles ?? [],
    proves_factor: provider?.proves_factor ?? false,
  }));
  const set = (change: Partial<Values>) => setValues((old) => ({ ...old, ...change }));
  const text = (name: "name" | "issuer" | "client_id", maxLength: number) => (
    <>
      <label htmlFor={`${id}-${name}`}>{t(`providers.${name}`)}</label>
      <Input
        id={`${id}-${name}`}
        autoFocus={name === "name"}
        required
        maxLength={maxLength}
        value={values[name]}
        onChange={(event) => set({ [name]: event.target.value })}
      />
    </>
  );

  function submit(event: FormEvent) {
    event.preventDefault();
    onSend({ ...values, roles: values.claim ? values.roles : [] });
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {error !== null && <Alert type="error" title={errorText(error)} role="alert" />}
      <span>{t("providers.redirect")}</span>
      <CopyLine label={t("providers.redirect")} value={redirect} />
      {text("name", 100)}
      {text("issuer", 500)}
      {text("client_id", 500)}
      <label htmlFor={`${id}-secret`}>{t("providers.secret")}</label>
      <Input.Password
        id={`${id}-secret`}
        required={!provider}
        autoComplete="off"
        maxLength={1000}
        placeholder={provider && t("providers.secretKept")}
        value={values.secret}
        onChange={(event) => set({ secret: event.target.value })}
      />
      <label htmlFor={`${id}-domains`}>{t("providers.domains")}</label>
      <Select
        id={`${id}-domains`}
        mode="tags"
        open={false}
        suffixIcon={null}
        tokenSeparators={[",", " ", "，", "、"]}
        placeholder="example.com"
        value={values.domains}
        onChange={(domains) => set({ domains })}
      />
      <label htmlFor={`${id}-role`}>{t("providers.unknown")}</label>
      <Select
        id={`${id}-role`}
        allowClear
        placeholder={t("providers.refused")}
        value={values.role}
        options={roles}
        onChange={(role) => set({ role: role ?? null })}
      />
      <label htmlFor={`${id}-claim`}>{t("providers.claim")}</label>
      <Input
        id={`${id}-claim`}
        maxLength={100}
        placeholder="groups"
        value={values.claim ?? ""}
        onChange={(event) => set({ claim: event.target.value })}
      />
      {values.claim && (
        <RolesByValue given={values.roles ?? []} onChange={(given) => set({ roles: given })} />
      )}
      <Checkbox
        checked={values.proves_factor ?? false}
        onChange={(event) => set({ proves_factor: event.target.checked })}
      >
        {t("providers.provesFactor")}
      </Checkbox>
      <small className="secondary">{t("providers.provesFactorHint")}</small>
      <div className={styles.foot}>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
        <Button
          type="primary"
          htmlType="submit"
          loading={busy}
          disabled={values.domains.length === 0}
        >
          {t(provider ? "common.save" : "common.create")}
        </Button>
      </div>
    </form>
  );
}

function useRoleOptions() {
  const roles = useQuery(rolesQuery).data?.items ?? [];
  return roles.map(({ id, label }) => ({ value: id, label }));
}

type Given = NonNullable<Values["roles"]>;

interface RolesProps {
  given: Given;
  onChange: (given: Given) => void;
}

/** The first that fits counts. */
function RolesByValue({ given, onChange }: RolesProps) {
  const { t } = useTranslation();
  const roles = useRoleOptions();
  const change = (place: number, one: Partial<Given[number]>) =>
    onChange(given.map((old, i) => (i === place ? { ...old, ...one } : old)));
  return (
    <fieldset className={styles.rolesBy}>
      <legend className="secondary">{t("providers.roles")}</legend>
      {given.map((one, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: their order is what they are
        <div key={place} className={styles.roleBy}>
          <Input
            required
            maxLength={200}
            aria-label={t("providers.value")}
            placeholder={t("providers.value")}
            value={one.value}
            onChange={(event) => change(place, { value: event.target.value })}
          />
          <Select
            aria-label={t("people.role")}
            value={one.role}
            options={roles}
            onChange={(role) => change(place, { role })}
          />
          <Button
            type="text"
            icon={<Trash2 size={15} />}
            aria-label={t("common.remove")}
            onClick={() => onChange(given.filter((_one, i) => i !== place))}
          />
        </div>
      ))}
      <Button
        icon={<Plus size={15} />}
        disabled={roles.length === 0}
        onClick={() => onChange([...given, { value: "", role: roles[0]?.value ?? "" }])}
      >
        {t("common.add")}
      </Button>
    </fieldset>
  );
}
