import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { Cohorts } from "@/insight/lifecycle/Cohorts";
import { StageMoves } from "@/insight/lifecycle/StageMoves";
import styles from "./lifecycle.module.css";

/** Where customers stand and how they moved, and whether those who came stay. */
export function LifecyclePage() {
  const { t } = useTranslation();
  const objects = useObjects();
  const reads = (name: string) => findObject(objects, name)?.can.includes("read");
  return (
    <section className={styles.page}>
      <h1>{t("nav.lifecycle")}</h1>
      <StageMoves />
      {reads("order") && reads("order_line") && <Cohorts />}
    </section>
  );
}
