import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Modal, Select } from "antd";
import { Download } from "lucide-react";
import { lazy, Suspense, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { followJob, isActive, jobQuery } from "@/api/jobs";
import { fieldOf, useObject } from "@/api/meta";
import { historyQuery, recordQuery, recordsKey } from "@/api/records";
import type { Job, ObjectMeta, RecordRow } from "@/api/types";
import {
  copyUrl,
  type Handling,
  handlingQuery,
  makeCopy,
  type Proof,
  requestsPath,
  step,
} from "@/customers/privacyApi";
import { refreshRecords } from "@/objects/edit/recordCache";
import { FieldValue } from "@/objects/fields/FieldValue";
import { dayIn } from "@/ui/days";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { fileSize } from "@/ui/fileSize";
import { useFormat } from "@/ui/format";
import { type Language, languageNames, languages } from "@/ui/languages";
import { LinesSkeleton } from "@/ui/Skeletons";
import { TextArea } from "@/ui/TextArea";
import styles from "./privacy.module.css";

const EraseDialog = lazy(async () => ({
  default: (await import("@/objects/erasing/EraseDialog")).EraseDialog,
}));

interface Props {
  object: ObjectMeta;
  id: string;
  customer: string;
  onClose: () => void;
}

const told = ["kind", "way", "received_on", "due_on", "state", "handled_by", "note", "answer"];

/** One request from its receipt to its answer: what can be done now, and the proof of what was done. */
export function PrivacyDialog({ object, id, customer, onClose }: Props) {
  const { t } = useTranslation();
  const record = useQuery(recordQuery(requestsPath, id));
  const query = useQuery(handlingQuery(id));
  const row = record.data?.record;
  return (
    <Modal
      title={t("privacy.request", { number: row ? String(row.number) : "" })}
      open
      footer={null}
      width={560}
      onCancel={onClose}
    >
      {(query.isPending || record.isPending) && <LinesSkeleton lines={5} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {row && query.data && (
        <div className={styles.dialog}>
          <Told object={object} row={row} />
          <Steps id={id} customer={customer} row={row} handling={query.data} />
          <Proofs handling={query.data} />
        </div>
      )}
    </Modal>
  );
}

function Told({ object, row }: { object: ObjectMeta; row: RecordRow }) {
  return (
    <dl className={styles.row}>
      {told
        .flatMap((name) => fieldOf(object, name) ?? [])
        .filter(({ name }) => row[name])
        .map((field) => (
          <div key={field.name}>
            <dt className="secondary">{field.label}</dt>
            <dd>
              <FieldValue field={field} value={row[field.name]} record={row} />
            </dd>
          </div>
        ))}
    </dl>
  );
}

interface StepsProps {
  id: string;
  customer: string;
  row: RecordRow;
  handling: Handling;
}

/** What is shown after a step is how the request stands then; what follows from it is asked for again. */
function useStep(id: string, customer: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ verb, body }: { verb: Parameters<typeof step>[1]; body?: object }) =>
      step(id, verb, body),
    onSuccess: async (handling) => {
      client.setQueryData(handlingQuery(id).queryKey, handling);
      await Promise.all([
        refreshRecords(client, requestsPath),
        client.invalidateQueries({ queryKey: recordsKey("consents") }),
        client.invalidateQueries({ queryKey: ["timeline", customer] }),
      ]);
    },
  });
}

function Steps({ id, customer, row, handling }: StepsProps) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const field = useId();
  const [answer, setAnswer] = useState("");
  const run = useStep(id, customer);
  const { can } = handling;
  return (
    <>
      {run.isError && <Alert type="error" role="alert" title={errorText(run.error)} />}
      {(can.includes("copy") || can.includes("download")) && <Copy id={id} handling={handling} />}
      {can.includes("stop") && (
        <div className={styles.row}>
          <Button onClick={() => run.mutate({ verb: "stop", body: { everything: false } })}>
            {t("privacy.stopPurposes")}
          </Button>
          <Button onClick={() => run.mutate({ verb: "stop", body: { everything: true } })}>
            {t("privacy.stopAll")}
          </Button>
        </div>
      )}
      {can.includes("erase") && <Erase id={id} customer={customer} />}
      {can.includes("correct") && (
        <Corrections
          customer={customer}
          since={String(row.received_on)}
          onNamed={(requests) => run.mutate({ verb: "corrections", body: { requests } })}
        />
      )}
      {can.includes("answer") && (
        <>
          <label htmlFor={field}>{t("privacy.answer")}</label>
          <TextArea
            id={field}
            maxLength={5000}
            value={answer}
            onChange={({ target }) => setAnswer(target.value)}
          />
          <div className={styles.row}>
            <Button
              type="primary"
              loading={run.isPending}
              onClick={() => run.mutate({ verb: "answer", body: { answer } })}
            >
              {t("privacy.done")}
            </Button>
            <Button onClick={() => run.mutate({ verb: "refuse", body: { answer } })}>
              {t("privacy.refuse")}
            </Button>
          </div>
        </>
      )}
      {can.includes("reopen") && (
        <div>
          <Button onClick={() => run.mutate({ verb: "reopen" })}>{t("privacy.reopen")}</Button>
        </div>
      )}
    </>
  );
}

const tags: Record<Language, string> = { en: "en", "zh-CN": "zh-hans", "zh-TW": "zh-hant" };

/** The ZIP of all that is held: made by a task, kept for some days, each download noted. */
function Copy({ id, handling }: { id: string; handling: Handling }) {
  const { t, i18n } = useTranslation();
  const client = useQueryClient();
  const errorText = useErrorText();
  const format = useFormat();
  const [language, setLanguage] = useState(i18n.language as Language);
  const [job, setJob] = useState<Job | null>(null);
  const { data: now } = useQuery({ ...jobQuery(job?.id ?? ""), enabled: job !== null });
  const make = useMutation({
    mutationFn: () => makeCopy(id, tags[language]),
    onSuccess: (started) => {
      followJob(client, started);
      setJob(started);
    },
  });
  const isMaking = job !== null && (now === undefined || isActive(now));
  const ended = now && !isActive(now) ? now.id : null;
  useEffect(() => {
    if (ended) void client.invalidateQueries({ queryKey: handlingQuery(id).queryKey });
  }, [ended, client, id]);
  const { copy, can } = handling;
  return (
    <div className={styles.dialog}>
      {make.isError && <Alert type="error" role="alert" title={errorText(make.error)} />}
      {now?.error && <Alert type="error" role="alert" title={now.error} />}
      {can.includes("copy") && (
        <div className={styles.row}>
          <Select
            aria-label={t("privacy.language")}
            value={language}
            options={languages.map((value) => ({ value, label: languageNames[value] }))}
            onChange={setLanguage}
          />
          <Button loading={isMaking || make.isPending} onClick={() => make.mutate()}>
            {t(copy ? "privacy.copyAgain" : "privacy.copy")}
          </Button>
        </div>
      )}
      {copy && can.includes("download") && (
        <div>
          <Button
            icon={<Download size={15} />}
            href={copyUrl(id)}
            download={copy.name}
            onClick={() =>
              setTimeout(
                () => void client.invalidateQueries({ queryKey: handlingQuery(id).queryKey }),
                1_000,
              )
            }
          >
            {t("privacy.download", { size: fileSize(copy.size, i18n.language) })}
          </Button>
          <small className="secondary">
            {" "}
            {t("privacy.until", { day: format.date(copy.until) })}
          </small>
        </div>
      )}
    </div>
  );
}

function Erase({ id, customer }: { id: string; customer: string }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const object = useObject("customer");
  const [open, setOpen] = useState(false);
  function close() {
    setOpen(false);
    void client.invalidateQueries({ queryKey: handlingQuery(id).queryKey });
  }
  return (
    <div>
      <Button danger onClick={() => setOpen(true)}>
        {t("erasing.open")}
      </Button>
      {open && (
        <Suspense fallback={null}>
          <EraseDialog object={object} id={customer} onClose={close} />
        </Suspense>
      )}
    </div>
  );
}

interface CorrectionsProps {
  customer: string;
  since: string;
  onNamed: (requests: string[]) => void;
}

/** The edits of the customer since the request came: those that corrected it are its proof. */
function Corrections({ customer, since, onNamed }: CorrectionsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [chosen, setChosen] = useState<string[]>([]);
  const query = useInfiniteQuery(historyQuery("customers", customer));
  const edits = (query.data?.pages[0]?.items ?? []).filter(
    ({ action, at, request_id }) =>
      action === "update" && request_id && dayIn(at, format.timeZone) >= since,
  );
  return (
    <fieldset className={styles.dialog}>
      <legend>{t("privacy.edits")}</legend>
      {query.isPending && <LinesSkeleton lines={2} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && edits.length === 0 && <p className="secondary">{t("privacy.noEdits")}</p>}
      <Checkbox.Group
        className={styles.edits}
        value={chosen}
        onChange={setChosen}
        options={edits.map(({ request_id, at, changes, actor }) => ({
          value: request_id ?? "",
          label: `${format.dateTime(at)} ${actor?.label ?? ""}: ${Object.keys(changes).join(", ")}`,
        }))}
      />
      <div>
        <Button disabled={chosen.length === 0} onClick={() => onNamed(chosen)}>
          {t("privacy.nameEdits")}
        </Button>
      </div>
    </fieldset>
  );
}

function Proofs({ handling }: { handling: Handling }) {
  const { t } = useTranslation();
  if (handling.proofs.length === 0) return <p className="secondary">{t("privacy.noProof")}</p>;
  return (
    <section>
      <h3>{t("privacy.proof")}</h3>
      <ol className={styles.proofs}>
        {handling.proofs.map((one) => (
          <Step key={`${one.at}${one.kind}`} proof={one} />
        ))}
      </ol>
    </section>
  );
}

function Step({ proof }: { proof: Proof }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { sha256, consents, events } = proof.details as {
    sha256?: string;
    consents?: string[];
    events?: number[];
  };
  return (
    <li>
      <strong>{proof.label}</strong> {proof.actor?.label}{" "}
      <time className="secondary" dateTime={proof.at}>
        {format.dateTime(proof.at)}
      </time>
      {consents && <span> {t("privacy.consents", { count: consents.length })}</span>}
      {events && <span> {t("privacy.events", { count: events.length })}</span>}
      {sha256 && (
        <span className={styles.sum}>
          <span className="secondary">SHA-256</span> {sha256}
        </span>
      )}
    </li>
  );
}
