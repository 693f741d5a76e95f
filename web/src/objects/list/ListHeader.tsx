import { useQuery } from "@tanstack/react-query";
import { App, Button, Dropdown } from "antd";
import { Download, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { countQuery, type ExportFormat, exportRecords, type ListQuestion } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { ColumnsMenu } from "@/objects/list/ColumnsMenu";
import type { ListSearch } from "@/objects/list/listSearch";
import type { ListState } from "@/objects/list/listState";
import { NewRecord } from "@/objects/record/NewRecord";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import styles from "./list.module.css";

interface Props {
  object: ObjectMeta;
  question: ListQuestion;
  state: ListState;
  onSearch: (change: Partial<ListSearch>) => void;
}

export function ListHeader({ object, question, state, onSearch }: Props) {
  const { t } = useTranslation();
  const [creating, setCreating] = useState(false);
  return (
    <header className={styles.header}>
      <h1 className="ellipsis">{object.label_plural}</h1>
      <ListCount object={object} question={question} />
      <div className={styles.actions}>
        <ColumnsMenu object={object} columns={state.columns} onSearch={onSearch} />
        {object.can.includes("export") && <ExportMenu object={object} question={question} />}
        {object.can.includes("create") && (
          <Button
            type="primary"
            icon={<Plus size={16} />}
            aria-label={t("common.create")}
            onClick={() => setCreating(true)}
          >
            <span className={styles.wide}>{t("common.create")}</span>
          </Button>
        )}
      </div>
      <NewRecord object={object} open={creating} onClose={() => setCreating(false)} />
    </header>
  );
}

type CountProps = Pick<Props, "object" | "question">;

/** "1,000+" at first; the exact number is counted when somebody asks for it. */
function ListCount({ object, question }: CountProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const [exact, setExact] = useState(false);
  const key = JSON.stringify([question.filter, question.search]);
  const [asked, setAsked] = useState(key);
  const isAsked = exact && asked === key;
  const { data, isFetching } = useQuery(countQuery(object.path, question, isAsked));
  if (!data) return <span className={styles.count} />;
  const text = `${format.number(data.count)}${data.at_least ? "+" : ""}`;
  if (!data.at_least) return <span className={styles.count}>{text}</span>;
  return (
    <Button
      type="text"
      size="small"
      className={styles.count}
      loading={isAsked && isFetching}
      title={t("list.countExactly")}
      aria-label={`${text}: ${t("list.countExactly")}`}
      onClick={() => {
        setAsked(key);
        setExact(true);
      }}
    >
      {text}
    </Button>
  );
}

function ExportMenu({ object, question }: CountProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [busy, setBusy] = useState(false);

  async function download(format: ExportFormat) {
    setBusy(true);
    try {
      await exportRecords(object.path, question, format);
    } catch (error) {
      message.error(errorText(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Dropdown
      trigger={["click"]}
      menu={{
        items: [
          { key: "xlsx", label: t("list.exportXlsx") },
          { key: "csv", label: t("list.exportCsv") },
        ],
        onClick: ({ key }) => void download(key as ExportFormat),
      }}
    >
      <Button icon={<Download size={16} />} loading={busy} aria-label={t("list.export")}>
        <span className={styles.wide}>{t("list.export")}</span>
      </Button>
    </Dropdown>
  );
}
