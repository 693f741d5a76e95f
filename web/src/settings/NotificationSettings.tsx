import { App, Checkbox } from "antd";
import { useTranslation } from "react-i18next";
import { type UserSettings, useUser } from "@/api/session";
import { useErrorText } from "@/ui/errorText";
import styles from "./settings.module.css";

const kinds = ["mentioned", "assigned", "changed", "due", "shared", "job", "webhook"] as const;

interface Props {
  onSave: (settings: UserSettings) => Promise<void>;
}

/** What one is told of; each holds from the moment it is picked. */
export function NotificationSettings({ onSave }: Props) {
  const { t } = useTranslation();
  const { preferences } = useUser();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const saved = preferences.notifications_off;
  const off: unknown[] = Array.isArray(saved) ? saved : [];
  const change = (kind: string, on: boolean) => {
    const others = off.filter((one) => one !== kind);
    const notifications_off = on ? others : [...others, kind];
    onSave({ preferences: { ...preferences, notifications_off } }).catch((error) =>
      message.error(errorText(error)),
    );
  };
  return (
    <div className={styles.checks}>
      {kinds.map((kind) => (
        <Checkbox
          key={kind}
          checked={!off.includes(kind)}
          onChange={({ target }) => change(kind, target.checked)}
        >
          {t(`notifications.kind.${kind}`)}
        </Checkbox>
      ))}
    </div>
  );
}
