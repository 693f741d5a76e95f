import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal, Radio, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, findObject, useObjects } from "@/api/meta";
import { newId } from "@/api/newId";
import { createRecord, fewQuery } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { type Place, useChannelName } from "@/customers/ConsentCard";
import { LinkMaker } from "@/customers/PreferenceLinkDialog";
import { refreshRecords } from "@/objects/edit/recordCache";
import { FieldValue } from "@/objects/fields/FieldValue";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./consent.module.css";
import pageStyles from "./customer.module.css";

interface Props {
  customer: string;
  place: Place;
  mayRecord: boolean;
  mail: boolean;
  onClose: () => void;
}

const path = "consents";

/** What was said about one purpose on one channel, and what is said now. */
export function ConsentDialog(props: Props) {
  const { t } = useTranslation();
  const channelName = useChannelName();
  const { place, onClose } = props;
  const name = place.purpose?.name ?? t("consent.anyContact");
  const title =
    place.channel === "data"
      ? name
      : t("consent.place", { what: name, channel: channelName(place.channel) });
  const object = findObject(useObjects(), "consent");
  return (
    <Modal title={title} open footer={null} width={480} onCancel={onClose}>
      <p className={styles.answer}>{place.answer.text}</p>
      {object && props.mayRecord && <RecordForm {...props} object={object} />}
      {object && <Evidence {...props} object={object} />}
    </Modal>
  );
}

/** The words there can be: about a purpose, or about being contacted at all. */
function statesOf({ purpose, channel, answer }: Place) {
  if (!purpose) return [answer.allowed ? "blocked" : "lifted"];
  const yes = purpose.asks_back && channel === "email" ? "pending" : "granted";
  return [yes, "withdrawn"];
}

const stated = ["call", "form", "letter", "in_person"];

function RecordForm({ customer, place, mail, object, onClose }: Props & { object: ObjectMeta }) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const errorText = useErrorText();
  const [key] = useState(newId);
  const states = statesOf(place).filter((state) => state !== place.answer.state);
  const [state, setState] = useState(states[0] ?? "");
  const [source, setSource] = useState("call");
  const [note, setNote] = useState("");
  const choices = (name: string) => fieldOf(object, name)?.choices ?? [];
  const record = useMutation({
    mutationFn: () =>
      createRecord(
        path,
        {
          customer,
          channel: place.channel,
          state,
          source,
          ...(place.purpose ? { purpose: place.purpose.id } : {}),
          ...(note.trim() ? { note: note.trim() } : {}),
        },
        key,
      ),
    onSuccess: async () => {
      await Promise.all([
        refreshRecords(client, path),
        client.invalidateQueries({ queryKey: ["timeline", customer] }),
      ]);
      if (state !== "pending") onClose();
    },
  });
  const pending = record.data?.data ?? (place.answer.state === "pending" ? place.answer : null);

  function submit(event: FormEvent) {
    event.preventDefault();
    record.mutate();
  }

  return (
    <>
      {place.answer.reason === "pending" || (record.isSuccess && state === "pending") ? (
        <div className={styles.confirm}>
          <p>{t("consent.link.confirm")}</p>
          <LinkMaker customer={customer} mail={mail} consent={consentOf(pending)} />
        </div>
      ) : null}
      {!record.isSuccess && (
        <form className={styles.form} onSubmit={submit}>
          {record.isError && <Alert type="error" role="alert" title={errorText(record.error)} />}
          <Radio.Group
            aria-label={fieldOf(object, "state")?.label}
            value={state}
            options={states.map((value) => ({
              value,
              label: choices("state").find((one) => one.value === value)?.label ?? value,
            }))}
            onChange={(event) => setState(event.target.value as string)}
          />
          <label htmlFor={`${id}-source`}>{fieldOf(object, "source")?.label}</label>
          <Select
            id={`${id}-source`}
            value={source}
            options={choices("source").filter(({ value }) => stated.includes(value))}
            onChange={setSource}
          />
          <label htmlFor={`${id}-note`}>
            {fieldOf(object, "note")?.label}{" "}
            <small className="secondary">{t("common.optional")}</small>
          </label>
          <Input
            id={`${id}-note`}
            maxLength={500}
            placeholder={t("consent.noteHint")}
            value={note}
            onChange={(event) => setNote(event.target.value)}
          />
          <div className={pageStyles.formActions}>
            <Button onClick={onClose}>{t("common.cancel")}</Button>
            <Button type="primary" htmlType="submit" loading={record.isPending}>
              {t("consent.record")}
            </Button>
          </div>
        </form>
      )}
    </>
  );
}

/** The record to confirm: the one just made, or the one that the answer names. */
const consentOf = (pending: object | null) => {
  const found =
    pending && ("consent" in pending ? pending.consent : (pending as { id: string }).id);
  return typeof found === "string" ? found : undefined;
};

function Evidence({ customer, place, object }: Props & { object: ObjectMeta }) {
  const { t } = useTranslation();
  const format = useFormat();
  const filter = {
    and: [
      { field: "customer", op: "in", value: [customer] },
      { field: "channel", op: "in", value: [place.channel] },
      place.purpose
        ? { field: "purpose", op: "in", value: [place.purpose.id] }
        : { field: "purpose", op: "empty" },
    ],
  };
  const fields = ["state", "source", "given_at", "note", "text", "recorded_by"];
  const query = useQuery({
    ...fewQuery(path, { filter, fields }, 50),
    enabled: object.can.includes("read"),
  });
  const rows = query.data?.items ?? [];
  const show = (name: string, row: (typeof rows)[number]) => {
    const field = fieldOf(object, name);
    return field && row[name] ? <FieldValue field={field} value={row[name]} record={row} /> : null;
  };
  return (
    <section className={styles.evidence} aria-label={t("consent.evidence")}>
      <h3>{t("consent.evidence")}</h3>
      {query.isLoading && <LinesSkeleton lines={2} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && rows.length === 0 && <p className="secondary">{t("consent.nothing")}</p>}
      <ol>
        {rows.map((row) => (
          <li key={row.id}>
            <strong>{show("state", row)}</strong>
            <small className="secondary">
              {format.dateTime(String(row.given_at))} · {show("source", row)}
              {row.recorded_by ? <> · {show("recorded_by", row)}</> : null}
              {row.text ? (
                <>
                  {" · "}
                  {t("consent.textVersion")} {show("text", row)}
                </>
              ) : null}
            </small>
            {row.note ? <span>{String(row.note)}</span> : null}
          </li>
        ))}
      </ol>
    </section>
  );
}
