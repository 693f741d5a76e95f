import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, InputNumber, Modal, Select, Switch } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import {
  type Due,
  type RetentionRule,
  type RuleValues,
  removeRule,
  retentionQuery,
  saveRule,
  tryRule,
  valuesOf,
} from "@/api/retention";
import type { Filter } from "@/api/types";
import { FilterBar } from "@/objects/filter/FilterBar";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import styles from "./settings.module.css";

const fresh: RuleValues = {
  object: "customer",
  name: "",
  filter: null,
  months: 36,
  without: [],
  action: "erase",
  limit: 100,
  is_active: false,
};

interface Props {
  rule: RetentionRule | undefined;
  onClose: () => void;
}

/** A rule in words, and whom it would let go: to be tried out before it is switched on. */
export function RetentionDialog({ rule, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const errorText = useErrorText();
  const objects = useObjects();
  const [values, setValues] = useState(rule ? valuesOf(rule) : fresh);
  const [draft, setDraft] = useState<Filter | null>(null);
  const object = findObject(objects, values.object);
  const trying = useMutation({ mutationFn: () => tryRule(values) });

  async function close() {
    onClose();
    await client.invalidateQueries({ queryKey: retentionQuery.queryKey });
  }

  const save = useMutation({ mutationFn: () => saveRule(rule?.id, values), onSuccess: close });
  const remove = useMutation({ mutationFn: () => removeRule(rule?.id ?? ""), onSuccess: close });
  const error = save.error ?? remove.error ?? trying.error;

  function set(change: Partial<RuleValues>) {
    setValues({ ...values, ...change });
    trying.reset();
  }

  function choose(name: string) {
    const erases = findObject(objects, name)?.can.includes("erase");
    // Condition and related records were about the former one.
    set({ object: name, filter: null, without: [], action: erases ? "erase" : "delete" });
    setDraft(null);
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  const actions = (["erase", "delete"] as const).filter((verb) => object?.can.includes(verb));
  return (
    <Modal
      open
      title={rule ? t("retention.change") : t("retention.new")}
      footer={null}
      width={600}
      onCancel={onClose}
    >
      <form className={styles.form} onSubmit={submit}>
        <label htmlFor={`${id}-name`}>{t("retention.name")}</label>
        <Input
          id={`${id}-name`}
          autoFocus
          required
          maxLength={100}
          value={values.name}
          onChange={({ target }) => set({ name: target.value })}
        />
        <label htmlFor={`${id}-object`}>{t("retention.object")}</label>
        <Select
          id={`${id}-object`}
          value={values.object}
          options={objects
            .filter(({ can }) => can.includes("delete"))
            .map(({ name, label_plural }) => ({ value: name, label: label_plural }))}
          showSearch={{ optionFilterProp: "label" }}
          onChange={choose}
        />
        {object && (
          <>
            <span>{t("retention.filter")}</span>
            <FilterBar
              object={object}
              filter={(values.filter ?? null) as Filter | null}
              onChange={(filter) => set({ filter: filter && { ...filter } })}
              draft={draft}
              onDraft={setDraft}
            />
          </>
        )}
        <label htmlFor={`${id}-months`}>{t("retention.afterMonths")}</label>
        <InputNumber
          id={`${id}-months`}
          min={1}
          max={1200}
          value={values.months}
          onChange={(months) => set({ months: months ?? 1 })}
        />
        <label htmlFor={`${id}-without`}>{t("retention.without")}</label>
        <Select
          id={`${id}-without`}
          mode="multiple"
          value={values.without}
          placeholder={t("retention.withoutNone")}
          options={(object?.related ?? []).map(({ name, label }) => ({ value: name, label }))}
          onChange={(without) => set({ without })}
        />
        <label htmlFor={`${id}-action`}>{t("retention.action")}</label>
        <Select
          id={`${id}-action`}
          value={values.action}
          options={actions.map((value) => ({ value, label: t(`retention.does.${value}`) }))}
          onChange={(action) => set({ action })}
        />
        <label htmlFor={`${id}-limit`}>{t("retention.limit")}</label>
        <InputNumber
          id={`${id}-limit`}
          min={1}
          max={10_000}
          value={values.limit}
          onChange={(limit) => set({ limit: limit ?? 1 })}
        />
        <label htmlFor={`${id}-active`}>{t("retention.active")}</label>
        <span>
          <Switch
            id={`${id}-active`}
            checked={values.is_active}
            onChange={(is_active) => set({ is_active })}
          />
        </span>
        {error && <Alert type="error" role="alert" title={errorText(error)} />}
        {trying.data && <Tried due={trying.data} />}
        <div className={styles.foot}>
          {rule && (
            <Button danger loading={remove.isPending} onClick={() => remove.mutate()}>
              {t("common.delete")}
            </Button>
          )}
          <Button loading={trying.isPending} onClick={() => trying.mutate()}>
            {t("retention.try")}
          </Button>
          <Button
            type="primary"
            htmlType="submit"
            loading={save.isPending}
            disabled={!values.name?.trim()}
          >
            {t(rule ? "common.save" : "common.create")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function Tried({ due }: { due: Due }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section role="status">
      <strong>{t("retention.due", { count: due.count })}</strong>
      {due.held > 0 && <p className="secondary">{t("retention.held", { count: due.held })}</p>}
      <ul className={styles.due}>
        {due.records.map(({ id, label, created_at }) => (
          <li key={id}>
            {label} <small className="secondary">{format.date(created_at)}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
