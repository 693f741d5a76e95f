import { useSuspenseQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useUser } from "@/api/session";
import { AsOfBanner } from "@/insight/AsOfBanner";
import { AttentionList } from "@/insight/AttentionList";
import { BaseState } from "@/insight/BaseState";
import { baseQuery } from "@/insight/insightApi";
import { MyTasks } from "@/insight/MyTasks";
import { ScoreNow } from "@/insight/ScoreNow";
import { NothingScored, StartHere } from "@/insight/StartHere";
import { useFormat } from "@/ui/format";
import styles from "./home.module.css";

interface Props {
  mine: boolean;
  onMine: (mine: boolean) => void;
}

/** The day begins here: how the customers stand, who calls for somebody, and what I promised to do. */
export function HomePage({ mine, onMine }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const user = useUser();
  const { data: base } = useSuspenseQuery(baseQuery);
  const now = new Date().toISOString();
  return (
    <div className={styles.page}>
      <header className={styles.header}>
        <div>
          <h1>{t("insight.hello", { name: user.full_name || user.username })}</h1>
          <span className="secondary">{format.day(now)}</span>
        </div>
        <ScoreNow base={base} />
      </header>
      {base.customers === 0 ? (
        <StartHere />
      ) : (
        <>
          {base.run && <AsOfBanner run={base.run} canScore={base.can.includes("score")} />}
          <BaseState base={base} />
          <div className={styles.columns}>
            {base.run ? (
              <AttentionList mine={mine} onMine={onMine} />
            ) : (
              <NothingScored base={base} />
            )}
            <MyTasks />
          </div>
        </>
      )}
    </div>
  );
}
