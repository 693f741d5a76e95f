import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { revokeToken, type Token, tokensQuery } from "@/api/tokens";
import { NewToken } from "@/settings/NewToken";
import { useScopeLabel } from "@/settings/useScopeLabel";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

/** The programs that act for me, and what each may do. */
export function Tokens() {
  const { t } = useTranslation();
  const query = useQuery(tokensQuery);
  const [creating, setCreating] = useState(false);
  return (
    <>
      {query.isPending && <LinesSkeleton lines={2} />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && query.data.length > 0 && (
        <ul className={styles.tokens}>
          {query.data.map((token) => (
            <TokenItem key={token.id} token={token} />
          ))}
        </ul>
      )}
      <Button className={styles.submit} icon={<Plus size={15} />} onClick={() => setCreating(true)}>
        {t("tokens.new")}
      </Button>
      <p className={`secondary ${styles.note}`}>
        {t("tokens.assistants", { address: `${location.origin}/mcp` })}
      </p>
      {creating && <NewToken onClose={() => setCreating(false)} />}
    </>
  );
}

function TokenItem({ token }: { token: Token }) {
  const { t } = useTranslation();
  const format = useFormat();
  const scopeLabel = useScopeLabel();
  const revoke = useRevoke(token);
  return (
    <li>
      <div className={styles.token}>
        <strong className="ellipsis" title={token.name}>
          {token.name}
        </strong>
        <small>{token.scopes.map(scopeLabel).join(t("filter.comma"))}</small>
        <small className="secondary">
          {token.last_used_on
            ? t("tokens.used", { date: format.date(token.last_used_on) })
            : t("tokens.unused", { date: format.date(token.created_at) })}
        </small>
      </div>
      <Button
        danger
        size="small"
        aria-label={t("tokens.revokeOne", { name: token.name })}
        onClick={revoke}
      >
        {t("tokens.revoke")}
      </Button>
    </li>
  );
}

/** Asks first: a program that still uses the token stops working, and no undo gives the key back. */
function useRevoke({ id, name }: Token) {
  const { t } = useTranslation();
  const { modal, message } = App.useApp();
  const client = useQueryClient();
  const errorText = useErrorText();
  const { mutateAsync } = useMutation({
    mutationFn: () => revokeToken(id),
    onSettled: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
    onError: (error) => void message.error(errorText(error)),
  });
  return () =>
    modal.confirm({
      title: t("tokens.revokeAsk", { name }),
      content: t("tokens.revokeText"),
      okText: t("tokens.revoke"),
      okButtonProps: { danger: true },
      onOk: () => mutateAsync(),
    });
}
