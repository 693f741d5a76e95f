import { useQuery } from "@tanstack/react-query";
import { Badge, Button } from "antd";
import { Bell as BellIcon } from "lucide-react";
import { lazy, Suspense, useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import { useModules } from "@/app/frame/navigation";
import { RunningJobs, useRunningJobs } from "@/app/frame/RunningJobs";
import { unreadQuery } from "@/notifications/notificationsApi";
import { useFormat } from "@/ui/format";

const Inbox = lazy(async () => ({ default: (await import("@/notifications/Inbox")).Inbox }));

interface Props {
  open: boolean;
  onOpen: (open: boolean) => void;
}

/** How much is new, also in the title of the tab; opens what was told and what is running. */
export function Bell({ open, onOpen }: Props) {
  const { active, jobs } = useRunningJobs();
  const { data: unread } = useQuery(unreadQuery);
  const label = useLabel(unread?.count ?? 0, unread?.at_least ?? false, active);
  const modules = useModules();
  const pages = useMemo(() => new Set(modules.flatMap(({ object }) => object ?? [])), [modules]);
  // Once opened it stays, so that it can be seen leaving.
  const [wasOpen, setWasOpen] = useState(open);
  if (open && !wasOpen) setWasOpen(true);
  const running = active > 0 && !unread?.count;
  return (
    <>
      <Badge
        count={unread?.count ?? 0}
        dot={running}
        status={running ? "processing" : undefined}
        overflowCount={99}
        size="small"
        offset={[-6, 6]}
      >
        <Button
          type="text"
          icon={<BellIcon size={18} />}
          aria-label={label}
          aria-haspopup="dialog"
          onClick={() => onOpen(true)}
        />
      </Badge>
      {wasOpen && (
        <Suspense>
          <Inbox open={open} onClose={() => onOpen(false)} pages={pages}>
            <RunningJobs jobs={jobs} />
          </Inbox>
        </Suspense>
      )}
    </>
  );
}

function useLabel(count: number, atLeast: boolean, active: number) {
  const { t } = useTranslation();
  const format = useFormat();
  const number = format.number(count) + (atLeast ? "+" : "");
  useEffect(() => {
    const name = t("app.name");
    document.title = count > 0 ? `(${number}) ${name}` : name;
    return () => {
      document.title = name;
    };
  }, [count, number, t]);
  const parts = [
    count > 0 ? t("notifications.label", { count, number }) : t("notifications.title"),
  ];
  if (active > 0) parts.push(t("jobs.running", { count: active }));
  return parts.join(t("filter.comma"));
}
