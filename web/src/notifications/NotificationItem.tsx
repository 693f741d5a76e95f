import { Link } from "@tanstack/react-router";
import {
  AtSign,
  CircleAlert,
  CircleCheck,
  Clock,
  type LucideIcon,
  PencilLine,
  UserPlus,
  UserRoundCheck,
  Webhook,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { refusalsOf } from "@/api/jobs";
import { useObjects } from "@/api/meta";
import type { Notification, NotificationKind } from "@/notifications/notificationsApi";
import { placeOf } from "@/notifications/placeOf";
import { useSentence } from "@/notifications/useSentence";
import { useFormat } from "@/ui/format";
import styles from "./notifications.module.css";

const icons: Record<NotificationKind, LucideIcon> = {
  mentioned: AtSign,
  assigned: UserRoundCheck,
  changed: PencilLine,
  due: Clock,
  job: CircleCheck,
  webhook: Webhook,
  shared: UserPlus,
};

interface Props {
  item: Notification;
  pages: ReadonlySet<string>;
  /** It was chosen; whether that leads to another page. */
  onChoose: (goes: boolean) => void;
}

export function NotificationItem({ item, pages, onChoose }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const objects = useObjects();
  const { title, text } = useSentence()(item);
  const place = placeOf(item, objects, pages);
  const failed = item.job?.state === "failed";
  const partly = item.job && refusalsOf(item.job);
  const Icon = failed || partly ? CircleAlert : icons[item.kind];
  const content = (
    <>
      <span className={styles.icon} data-failed={failed}>
        <Icon size={16} aria-hidden />
      </span>
      <span className={styles.words}>
        {!item.is_read && <span className="sr-only">{t("notifications.isUnread")} </span>}
        <strong className="ellipsis" title={title}>
          {title}
        </strong>
        <span className={styles.text}>{text}</span>
        {item.excerpt && <q className={styles.excerpt}>{item.excerpt}</q>}
        <time className="secondary" dateTime={item.at} title={format.dateTime(item.at)}>
          {format.relative(item.at)}
        </time>
      </span>
      {!item.is_read && <span className={styles.dot} aria-hidden />}
    </>
  );
  const common = { className: styles.item, "data-news": true, "data-unread": !item.is_read };
  return place ? (
    <Link {...place} {...common} onClick={() => onChoose(true)}>
      {content}
    </Link>
  ) : (
    <button type="button" {...common} onClick={() => onChoose(false)}>
      {content}
    </button>
  );
}
