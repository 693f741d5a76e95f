import { useTranslation } from "react-i18next";
import styles from "./states.module.css";

export function Bone({ width, height = 12 }: { width: number | string; height?: number }) {
  return <span className={styles.bone} style={{ width, height }} aria-hidden />;
}

/** Grey lines where text will come, of uneven length as text is. */
export function LinesSkeleton({ lines = 6 }: { lines?: number }) {
  const { t } = useTranslation();
  return (
    <div className={styles.lines} role="status" aria-label={t("common.loading")}>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical lines that never move
        <Bone key={index} width={`${90 - ((index * 23) % 45)}%`} />
      ))}
    </div>
  );
}

export function PageSkeleton() {
  return (
    <div className={styles.page}>
      <Bone width={180} height={22} />
      <LinesSkeleton lines={9} />
    </div>
  );
}
