import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { chooseForRow, type Import, type ImportRow, refreshImport } from "@/imports/importsApi";
import { useErrorText } from "@/ui/errorText";
import styles from "./rows.module.css";

interface Props {
  imported: Import;
  row: ImportRow;
  span: number;
}

/** Whom this row may mean, side by side: one of them, a new record, or nobody. */
export function AmbiguousRow({ imported, row, span }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const choose = useMutation({
    mutationFn: (choice: string) => chooseForRow(imported.id, row.row, choice),
    onSuccess: () => refreshImport(client, imported.id),
    onError: (error) => void message.error(errorText(error)),
  });
  const pick = (choice: string, label: string, isMain = false) => (
    <Button
      size="small"
      type={row.chosen === choice ? "primary" : "default"}
      aria-pressed={row.chosen === choice}
      loading={choose.isPending && choose.variables === choice}
      className={isMain ? styles.pickMain : undefined}
      onClick={() => choose.mutate(choice)}
    >
      {label}
    </Button>
  );
  return (
    <tr className={styles.ambiguous}>
      <td />
      <td colSpan={span - 1}>
        <fieldset className={styles.candidates}>
          <legend>{t("imports.whichOne", { row: row.row })}</legend>
          {row.candidates?.map(({ id, label, detail }) => (
            <div key={id} className={styles.candidate} data-chosen={row.chosen === id}>
              <strong className="ellipsis" title={label ?? undefined}>
                {label ?? t("imports.hiddenCandidate")}
              </strong>
              {detail && <span className="secondary">{detail}</span>}
              {pick(id, t("imports.thisOne"), true)}
            </div>
          ))}
          <div
            className={styles.candidate}
            data-chosen={row.chosen === "new" || row.chosen === "skip"}
          >
            <span className="secondary">{t("imports.noneOfThem")}</span>
            <span className={styles.pickMain}>
              {pick("new", t("imports.createNew"))} {pick("skip", t("imports.skipRow"))}
            </span>
          </div>
        </fieldset>
      </td>
    </tr>
  );
}
