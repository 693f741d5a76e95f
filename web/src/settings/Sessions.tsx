import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useTranslation } from "react-i18next";
import { endOtherSessions, endSession, sessionsQuery, type UserSession } from "@/api/people";
import { Chip } from "@/ui/Chip";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

/** The browsers in which I am signed in. */
export function Sessions() {
  const { t } = useTranslation();
  const query = useQuery(sessionsQuery);
  const endOthers = useEnd(endOtherSessions);
  if (query.isPending) return <LinesSkeleton lines={2} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  return (
    <>
      <ul className={styles.tokens}>
        {query.data.map((session) => (
          <SessionItem key={session.id} session={session} />
        ))}
      </ul>
      {query.data.length > 1 && (
        <Button
          className={styles.submit}
          loading={endOthers.isPending}
          onClick={() => endOthers.mutate()}
        >
          {t("sessions.endOthers")}
        </Button>
      )}
    </>
  );
}

function SessionItem({ session }: { session: UserSession }) {
  const { t } = useTranslation();
  const format = useFormat();
  const end = useEnd(() => endSession(session.id));
  const { browser, system, address, is_current, last_used_at } = session;
  const device =
    browser && system
      ? t("sessions.device", { browser, system })
      : (browser ?? system ?? t("sessions.unknown"));
  return (
    <li>
      <div className={styles.token}>
        <strong className="ellipsis">{device}</strong>
        <small className="secondary">
          {t("sessions.used", { when: format.relative(last_used_at) })}
          {address && ` · ${address}`}
        </small>
      </div>
      {is_current ? (
        <Chip color="green">{t("sessions.this")}</Chip>
      ) : (
        <Button
          size="small"
          aria-label={t("sessions.endOne", { device })}
          loading={end.isPending}
          onClick={() => end.mutate()}
        >
          {t("sessions.end")}
        </Button>
      )}
    </li>
  );
}

function useEnd(mutationFn: () => Promise<unknown>) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  return useMutation({
    mutationFn,
    onSettled: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
    onError: (error) => void message.error(errorText(error)),
  });
}
