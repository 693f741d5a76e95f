import { useTranslation } from "react-i18next";
import styles from "./record.module.css";

export function RequiredMark() {
  const { t } = useTranslation();
  return (
    <span className={styles.required} title={t("record.required")}>
      *
    </span>
  );
}
