import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { factorsQuery } from "@/api/factors";
import { Factors } from "@/settings/Factors";
import styles from "./settings.module.css";

/** All there is to see for somebody whose role needs a second factor, until there is one. */
export function AddFactorPage({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const { data } = useQuery(factorsQuery);
  return (
    <main className={styles.alone}>
      <h1>{t("prove.neededTitle")}</h1>
      <p className="secondary">{t("prove.neededText")}</p>
      <Factors />
      {data && data.items.length > 0 && (
        <Button type="primary" className={styles.submit} onClick={onDone}>
          {t("prove.goOn")}
        </Button>
      )}
    </main>
  );
}
