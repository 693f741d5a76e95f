import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Select } from "antd";
import dayjs from "dayjs";
import { type FormEvent, useDeferredValue, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, useObject } from "@/api/meta";
import { newId } from "@/api/newId";
import { createRecord } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { readings, relationshipValues } from "@/customers/relations";
import { useRelationLabel } from "@/customers/useRelationLabel";
import { refreshRecords } from "@/objects/edit/recordCache";
import { choiceOptions } from "@/objects/fields/ChoiceField";
import { useLookup } from "@/objects/fields/LinkField";
import { DatePicker } from "@/ui/DatePicker";
import { useErrorText } from "@/ui/errorText";
import styles from "./customer.module.css";

interface Props {
  object: ObjectMeta;
  customer: string;
  onClose: () => void;
}

export function AddRelationship({ object, customer, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const errorText = useErrorText();
  const labelOf = useRelationLabel(object);
  const kinds = (fieldOf(object, "kind")?.choices ?? []).map(({ value }) => value);
  const [reading, setReading] = useState(`in.${kinds[0] ?? ""}`);
  const [other, setOther] = useState<string | null>(null);
  const [role, setRole] = useState("");
  const [roles, setRoles] = useState<string[]>([]);
  const [since, setSince] = useState<string | null>(null);
  const rolesField = fieldOf(object, "roles");
  const sinceField = fieldOf(object, "since");
  const isContact = reading.endsWith(".contact_of");
  const [key] = useState(newId);
  const add = useMutation({
    mutationFn: (chosen: string) => {
      const ends = relationshipValues(reading, customer, chosen);
      const beside = {
        ...(role.trim() ? { role: role.trim() } : {}),
        ...(isContact && roles.length > 0 ? { roles } : {}),
        ...(since ? { since } : {}),
      };
      return createRecord(object.path, { ...ends, ...beside }, key);
    },
    onSuccess: () => {
      void refreshRecords(client, object.path);
      onClose();
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    if (other) add.mutate(other);
  }

  return (
    <form className={styles.addRelation} onSubmit={submit}>
      {add.isError && <Alert type="error" role="alert" title={errorText(add.error)} />}
      <label htmlFor={`${id}-kind`}>{t("customer.relation.kind")}</label>
      <Select
        id={`${id}-kind`}
        value={reading}
        options={readings(kinds).map((value) => ({ value, label: labelOf(value) }))}
        onChange={setReading}
      />
      <label htmlFor={`${id}-other`}>{t("customer.relation.who")}</label>
      <CustomerSelect id={`${id}-other`} except={customer} value={other} onChange={setOther} />
      <label htmlFor={`${id}-role`}>
        {fieldOf(object, "role")?.label} <small className="secondary">{t("common.optional")}</small>
      </label>
      <Input
        id={`${id}-role`}
        maxLength={100}
        value={role}
        onChange={(event) => setRole(event.target.value)}
      />
      {isContact && rolesField && (
        <>
          <label htmlFor={`${id}-roles`}>
            {rolesField.label} <small className="secondary">{t("common.optional")}</small>
          </label>
          <Select
            id={`${id}-roles`}
            mode="multiple"
            value={roles}
            options={choiceOptions(rolesField)}
            showSearch={{ optionFilterProp: "label" }}
            onChange={setRoles}
          />
        </>
      )}
      {sinceField && (
        <>
          <label htmlFor={`${id}-since`}>
            {sinceField.label} <small className="secondary">{t("common.optional")}</small>
          </label>
          <DatePicker
            id={`${id}-since`}
            value={since ? dayjs(since) : null}
            onChange={(day) => setSince(day?.format("YYYY-MM-DD") ?? null)}
          />
        </>
      )}
      <div className={styles.formActions}>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button type="primary" htmlType="submit" disabled={!other} loading={add.isPending}>
          {t("common.add")}
        </Button>
      </div>
    </form>
  );
}

interface CustomerSelectProps {
  id: string;
  except: string;
  value: string | null;
  onChange: (id: string) => void;
}

function CustomerSelect({ id, except, value, onChange }: CustomerSelectProps) {
  const { t } = useTranslation();
  const [text, setText] = useState("");
  const { found, isFetching } = useLookup(useObject("customer"), useDeferredValue(text));
  return (
    <Select
      id={id}
      autoFocus
      value={value}
      placeholder={t("customer.relation.whoHint")}
      options={found
        .filter((one) => one.id !== except)
        .map((one) => ({ value: one.id, label: one.label }))}
      showSearch={{ filterOption: false, onSearch: setText }}
      loading={isFetching}
      onChange={onChange}
    />
  );
}
