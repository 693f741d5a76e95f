import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { Plus, TextQuote, Trash2 } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/api/session";
import { deleteSnippet, type Snippet, snippetsQuery } from "@/api/snippets";
import { SnippetDialog } from "@/settings/SnippetDialog";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

/** Texts that are written again and again: one's own, the team's, everyone's. */
export function SnippetsPage() {
  const { t } = useTranslation();
  const query = useQuery(snippetsQuery);
  const [opened, setOpened] = useState<Snippet | "new" | null>(null);
  const { items = [], variables = [] } = query.data ?? {};
  const add = (
    <Button type="primary" icon={<Plus size={15} />} onClick={() => setOpened("new")}>
      {t("snippets.new")}
    </Button>
  );
  return (
    <>
      {query.isPending && <LinesSkeleton />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && items.length === 0 && (
        <EmptyState
          icon={TextQuote}
          title={t("snippets.empty")}
          text={t("snippets.text")}
          action={add}
        />
      )}
      {items.length > 0 && (
        <>
          <div className={styles.head}>
            <p className="secondary">{t("snippets.text")}</p>
            {add}
          </div>
          <SnippetsTable snippets={items} onOpen={setOpened} />
        </>
      )}
      {opened && (
        <SnippetDialog
          snippet={opened === "new" ? undefined : opened}
          variables={variables}
          onClose={() => setOpened(null)}
        />
      )}
    </>
  );
}

interface TableProps {
  snippets: Snippet[];
  onOpen: (snippet: Snippet) => void;
}

function SnippetsTable({ snippets, onOpen }: TableProps) {
  const { t } = useTranslation();
  const user = useUser();
  const ask = useAskToDelete();
  return (
    <section className={styles.scroll} aria-label={t("snippets.title")}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t("snippets.name")}</th>
            <th>{t("snippets.shortcut")}</th>
            <th>{t("view.sharedWith")}</th>
            <th>
              <span className="sr-only">{t("common.moreActions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {snippets.map((snippet) => (
            <tr key={snippet.id}>
              <td>
                {snippet.can.includes("change") ? (
                  <button
                    type="button"
                    className={styles.linkButton}
                    onClick={() => onOpen(snippet)}
                  >
                    {snippet.name}
                  </button>
                ) : (
                  snippet.name
                )}
                <small className={`secondary ${styles.excerpt}`}>{snippet.text}</small>
              </td>
              <td>{snippet.shortcut && `/${snippet.shortcut}`}</td>
              <td>
                {t(`view.shared.${snippet.shared}`)}
                {snippet.owner.id !== user.id && (
                  <small className="secondary">{snippet.owner.label}</small>
                )}
              </td>
              <td className={styles.end}>
                {snippet.can.includes("delete") && (
                  <Button
                    type="text"
                    icon={<Trash2 size={15} />}
                    aria-label={t("snippets.delete", { name: snippet.name })}
                    onClick={() => ask(snippet)}
                  />
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** No undo brings a snippet back. */
function useAskToDelete() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message, modal } = App.useApp();
  const errorText = useErrorText();
  const { mutateAsync } = useMutation({
    mutationFn: deleteSnippet,
    onSettled: () => client.invalidateQueries({ queryKey: snippetsQuery.queryKey }),
    onError: (error) => void message.error(errorText(error)),
  });
  return ({ id, name }: Snippet) =>
    modal.confirm({
      title: t("snippets.deleteAsk", { name }),
      okText: t("common.delete"),
      okButtonProps: { danger: true },
      onOk: () => mutateAsync(id),
    });
}
