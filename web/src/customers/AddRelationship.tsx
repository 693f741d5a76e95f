import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Select } from "antd";
import { type FormEvent, useDeferredValue, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, useObject } from "@/api/meta";
import { newId } from "@/api/newId";
import { createRecord } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { readings, relationshipValues } from "@/customers/relations";
import { useRelationLabel } from "@/customers/useRelationLabel";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useLookup } from "@/objects/fields/LinkField";
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
  const [key] = useState(newId);
  const add = useMutation({
    mutationFn: (chosen: string) => {
      const ends = relationshipValues(reading, customer, chosen);
      return createRecord(object.path, role.trim() ? { ...ends, role: role.trim() } : ends, key);
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
