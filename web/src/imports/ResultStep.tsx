import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, App, Button } from "antd";
import { CircleCheckBig, Download, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { followJob } from "@/api/jobs";
import { findObject, useObjects } from "@/api/meta";
import { Further } from "@/imports/Further";
import {
  errorFileUrl,
  type Import,
  type ImportTarget,
  isWorking,
  startScoring,
} from "@/imports/importsApi";
import { RowsTable } from "@/imports/RowsTable";
import { useTellImport } from "@/imports/useChangeImport";
import { VerdictTabs } from "@/imports/VerdictTabs";
import { Working } from "@/imports/Working";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import styles from "./imports.module.css";

interface Props {
  imported: Import;
  target: ImportTarget;
  verdict: string | undefined;
  onVerdict: (verdict: string | undefined) => void;
}

/** The import running, and what came of it. */
export function ResultStep({ imported, target, verdict, onVerdict }: Props) {
  const { t } = useTranslation();
  const { state, can } = imported;
  const isResting = state === "done" || state === "undone";
  return (
    <div className={styles.step}>
      {isResting ? (
        <Summary imported={imported} target={target} />
      ) : (
        <Working
          imported={imported}
          title={t(state === "undoing" ? "imports.undoing" : "imports.running")}
        />
      )}
      {!isResting && !isWorking(imported) && can.includes("undo") && (
        <div className={styles.actions}>
          <UndoButton imported={imported} />
        </div>
      )}
      {state === "done" && (
        <>
          <VerdictTabs counts={imported.counts} verdict={verdict} onVerdict={onVerdict} />
          <RowsTable imported={imported} target={target} verdict={verdict} />
        </>
      )}
    </div>
  );
}

function Summary({ imported, target }: Pick<Props, "imported" | "target">) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, counts } = imported;
  const { rows = 0, create = 0, update = 0, unchanged = 0, reject = 0, ambiguous = 0 } = counts;
  const isUndone = state === "undone";
  const n = format.number;
  return (
    <section className={styles.summary}>
      <h2>
        {isUndone ? <Undo2 size={20} aria-hidden /> : <CircleCheckBig size={20} aria-hidden />}
        {t(isUndone ? "imports.undone" : "imports.done")}
      </h2>
      {isUndone ? (
        <Kept imported={imported} />
      ) : (
        <p>
          {t("imports.sum", {
            rows: n(rows),
            create: n(create),
            update: n(update),
            unchanged: n(unchanged),
            reject: n(reject + ambiguous),
          })}
        </p>
      )}
      {!isUndone && <Further counts={counts} />}
      <div className={styles.actions}>
        {!isUndone && <WhatNext target={target} />}
        {!isUndone && reject + ambiguous > 0 && (
          <Button icon={<Download size={15} />} href={errorFileUrl(imported.id)} download>
            {t("imports.errorFile", {
              count: reject + ambiguous,
              number: n(reject + ambiguous),
            })}
          </Button>
        )}
        {imported.can.includes("undo") && <UndoButton imported={imported} />}
        <Link to="/imports/new" search={{ target: imported.target }} className={styles.textLink}>
          {t("imports.another")}
        </Link>
      </div>
      {!isUndone && imported.can.includes("undo") && imported.undo_until && (
        <small className="secondary">
          {t("imports.undoUntil", { date: format.date(imported.undo_until) })}
        </small>
      )}
    </section>
  );
}

/** Records that somebody changed or built on since stay as they are, and are counted. */
function Kept({ imported }: { imported: Import }) {
  const { t } = useTranslation();
  const format = useFormat();
  const kept = Number(imported.job?.result?.kept ?? 0);
  if (kept === 0) return <p>{t("imports.undoneText")}</p>;
  return (
    <Alert
      type="warning"
      showIcon
      title={t("imports.undoneKept", { count: kept, number: format.number(kept) })}
    />
  );
}

function WhatNext({ target }: { target: ImportTarget }) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const objects = useObjects();
  const customer = findObject(objects, "customer");
  const made = findObject(objects, target.name === "purchase" ? "order" : target.name);
  const score = useMutation({
    mutationFn: startScoring,
    onSuccess: (job) => {
      followJob(client, job);
      message.info(t("imports.scoring"));
    },
    onError: (error) => void message.error(errorText(error)),
  });
  const isScored = target.name === "customer" || target.name === "purchase";
  return (
    <>
      {made && (
        <Link
          to="/$path"
          params={{ path: made.path }}
          search={{ sort: "-created_at" }}
          className={styles.primaryLink}
        >
          {t("imports.openList", { what: made.label_plural })}
        </Link>
      )}
      {isScored && customer?.can.includes("import") && (
        <Button loading={score.isPending} disabled={score.isSuccess} onClick={() => score.mutate()}>
          {t("imports.scoreNow")}
        </Button>
      )}
    </>
  );
}

function UndoButton({ imported }: { imported: Import }) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  const tell = useTellImport(imported.id);
  const ask = () =>
    modal.confirm({
      title: t("imports.undoAsk"),
      content: t("imports.undoAskText"),
      okText: t("imports.undo"),
      okButtonProps: { danger: true },
      onOk: () => tell.mutateAsync("undo"),
    });
  return (
    <Button danger icon={<Undo2 size={15} />} loading={tell.isPending} onClick={ask}>
      {t("imports.undo")}
    </Button>
  );
}
