import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Checkbox } from "antd";
import { SquareCheckBig } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "@/api/client";
import { findObject, useObjects } from "@/api/meta";
import { fewQuery, recordsKey } from "@/api/records";
import type { Filter, LinkValue, RecordRow } from "@/api/types";
import { dayIn } from "@/ui/days";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./home.module.css";

const filter: Filter = {
  and: [
    { field: "owner", op: "in", value: ["me"] },
    { field: "status", op: "in", value: ["open"] },
  ],
};
const fields = ["title", "customer", "due_on", "status"];
const shown = 8;

/** What I have promised to do, the most urgent first. */
export function MyTasks() {
  const { t } = useTranslation();
  const object = findObject(useObjects(), "task");
  const query = useQuery({
    ...fewQuery("tasks", { filter, fields, sort: "due_on" }, shown + 1),
    enabled: object !== undefined,
  });
  if (!object) return null;
  const rows = query.data?.items ?? [];
  return (
    <section aria-labelledby="my-tasks" className={styles.tasks}>
      <header className={styles.tasksHead}>
        <h2 id="my-tasks">{t("insight.tasks.title")}</h2>
        {rows.length > 0 && (
          <Link to="/$path" params={{ path: "tasks" }} search={{ filter, sort: "due_on" }}>
            {t("insight.tasks.all")}
          </Link>
        )}
      </header>
      {query.isPending ? (
        <LinesSkeleton lines={5} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : rows.length === 0 ? (
        <EmptyState
          compact
          icon={SquareCheckBig}
          title={t("insight.tasks.none")}
          text={t("insight.tasks.noneText")}
        />
      ) : (
        <ul>
          {rows.slice(0, shown).map((row) => (
            <TaskRow key={row.id} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}

function TaskRow({ row }: { row: RecordRow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { isDone, complete } = useComplete(row.id);
  const title = String(row.title ?? "");
  const customer = row.customer as LinkValue | null;
  const due = row.due_on as string | null;
  const isLate = due !== null && due < dayIn(new Date(), format.timeZone);
  return (
    <li className={styles.task}>
      <Checkbox
        checked={isDone}
        disabled={!row.can.includes("change")}
        aria-label={t("insight.tasks.complete", { title })}
        onChange={() => complete()}
      />
      <div className={styles.taskText} data-done={isDone}>
        <Link
          to="/$path/$id"
          params={{ path: "tasks", id: row.id }}
          className="ellipsis"
          title={title}
        >
          {title}
        </Link>
        {customer && (
          <Link
            to="/customers/$id"
            params={{ id: customer.id }}
            className={styles.taskCustomer}
            title={customer.label}
          >
            {customer.label}
          </Link>
        )}
      </div>
      {due && (
        <small className={isLate ? styles.late : "secondary"}>
          {format.date(due)}
          {isLate && <span className="sr-only"> {t("insight.tasks.late")}</span>}
        </small>
      )}
    </li>
  );
}

/** Ticked at once; a refusal takes the tick away and says why. */
function useComplete(id: string) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [isDone, setDone] = useState(false);
  const { mutate } = useMutation({
    mutationFn: () => request("POST", `/tasks/${id}/complete`),
    onMutate: () => setDone(true),
    onSuccess: () => client.invalidateQueries({ queryKey: recordsKey("tasks") }),
    onError: (error) => {
      setDone(false);
      message.error(errorText(error));
    },
  });
  return { isDone, complete: () => isDone || mutate() };
}
