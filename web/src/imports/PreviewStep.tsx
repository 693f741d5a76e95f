import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { Further } from "@/imports/Further";
import type { Import, ImportTarget } from "@/imports/importsApi";
import { RowsTable } from "@/imports/RowsTable";
import { useTellImport } from "@/imports/useChangeImport";
import { VerdictTabs } from "@/imports/VerdictTabs";
import { Working } from "@/imports/Working";
import { useFormat } from "@/ui/format";
import styles from "./imports.module.css";

interface Props {
  imported: Import;
  target: ImportTarget;
  verdict: string | undefined;
  onVerdict: (verdict: string | undefined) => void;
  onBack: () => void;
  onRun: () => void;
}

/** What would become of every row. Nothing has been written yet. */
export function PreviewStep({ imported, target, verdict, onVerdict, onBack, onRun }: Props) {
  const { t } = useTranslation();
  if (imported.state !== "previewed") {
    return (
      <div className={styles.step}>
        <Working imported={imported} title={t("imports.previewing")} />
        {imported.state !== "previewing" && (
          <div className={styles.foot}>
            <Button onClick={onBack}>{t("common.back")}</Button>
          </div>
        )}
      </div>
    );
  }
  return (
    <div className={styles.step}>
      <Notes imported={imported} />
      <VerdictTabs counts={imported.counts} verdict={verdict} onVerdict={onVerdict} />
      <RowsTable imported={imported} target={target} verdict={verdict} />
      <RunBar imported={imported} onBack={onBack} onRun={onRun} />
    </div>
  );
}

function Notes({ imported: { counts } }: { imported: Import }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { ambiguous = 0, reject = 0, create = 0, update = 0, unchanged = 0 } = counts;
  const numbers = { count: ambiguous, number: format.number(ambiguous) };
  return (
    <>
      <p className="secondary">{t("imports.previewText")}</p>
      <Further counts={counts} />
      {ambiguous > 0 && (
        <Alert type="warning" showIcon title={t("imports.ambiguousNote", numbers)} />
      )}
      {create + update === 0 && (
        <Alert
          type="info"
          showIcon
          title={t(
            unchanged > 0 && reject + ambiguous === 0
              ? "imports.nothingNew"
              : "imports.nothingToDo",
          )}
        />
      )}
    </>
  );
}

function RunBar({ imported, onBack, onRun }: Pick<Props, "imported" | "onBack" | "onRun">) {
  const { t } = useTranslation();
  const format = useFormat();
  const tell = useTellImport(imported.id, onRun);
  const { create = 0, update = 0 } = imported.counts;
  const count = create + update;
  return (
    <div className={styles.foot}>
      <Button onClick={onBack}>{t("common.back")}</Button>
      <Button
        type="primary"
        disabled={!imported.can.includes("run") || count === 0}
        loading={tell.isPending}
        onClick={() => tell.mutate("run")}
      >
        {t("imports.run", { count, number: format.number(count) })}
      </Button>
    </div>
  );
}
