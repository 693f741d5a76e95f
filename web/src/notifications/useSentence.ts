import { useTranslation } from "react-i18next";
import { fieldOf, findObject, useObjects } from "@/api/meta";
import type { Notification } from "@/notifications/notificationsApi";
import { useOutcome } from "@/notifications/useOutcome";
import { useFormat } from "@/ui/format";

export interface Said {
  title: string;
  text: string;
}

const named = 3;

/** A notification in words: what it is about, and what happened. */
export function useSentence(): (item: Notification) => Said {
  const { t } = useTranslation();
  const objects = useObjects();
  const format = useFormat();
  const outcome = useOutcome();

  function some(object: string, count: number) {
    const meta = findObject(objects, object);
    if (count === 1) return meta?.label ?? object;
    return t("notifications.some", {
      count,
      number: format.number(count),
      what: meta?.label_plural ?? object,
    });
  }

  function who({ actors }: Notification) {
    const names = actors.slice(0, named).map(({ label }) => label ?? "");
    const others = actors.length - names.length;
    if (others > 0) names.push(t("notifications.others", { count: others }));
    return names.length > 0 ? names : [t("common.somebody")];
  }

  function changes(item: Notification) {
    const { count, added, fields } = item;
    const meta = findObject(objects, item.object);
    const labels = fields.map((name) => (meta && fieldOf(meta, name)?.label) || name);
    const what = added.map((one) => some(one.object, one.count));
    return [
      count > 1
        ? t("notifications.changes", { count, number: format.number(count), names: who(item) })
        : format.list(who(item)),
      labels.length > 0 && t("notifications.fields", { labels }),
      what.length > 0 && t("notifications.added", { what }),
    ]
      .filter(Boolean)
      .join(t("notifications.separator"));
  }

  return (item) => {
    const { kind, object, record, belongs_to, count, job } = item;
    const title = record.label || belongs_to?.label || findObject(objects, object)?.label || "";
    switch (kind) {
      case "mentioned":
        return {
          title: belongs_to?.label || title,
          text: t("notifications.mentioned", { names: who(item), what: some(object, 1) }),
        };
      case "assigned":
        return {
          title: count > 1 ? some(object, count) : title,
          text: t("notifications.assigned", { names: who(item), what: some(object, 1) }),
        };
      case "changed":
        return { title, text: changes(item) };
      case "due":
        return { title, text: t("notifications.due", { date: format.date(item.at) }) };
      case "shared":
        return { title, text: t("notifications.shared", { names: who(item) }) };
      case "webhook":
        return { title, text: t("notifications.webhookStopped") };
      default:
        return {
          title: job?.title ?? title,
          text: (job && outcome(job)) || job?.error || t(`jobs.state.${job?.state ?? "done"}`),
        };
    }
  };
}
