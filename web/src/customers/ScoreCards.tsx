import { useQuery } from "@tanstack/react-query";
import { ChartNoAxesColumn } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "@/api/types";
import { type Scores, scoresQuery } from "@/customers/customerApi";
import { ActivityCard, RfmCard, StageCard, ValueCard } from "@/customers/scoreParts";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./scores.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
}

/** What scoring says of one customer, why, and how it moved. */
export function ScoreCards({ object, id }: Props) {
  const { t } = useTranslation();
  const query = useQuery(scoresQuery(id));
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { current } = query.data;
  if (!current) {
    return (
      <EmptyState
        compact
        icon={ChartNoAxesColumn}
        title={t("customer.score.none")}
        text={t("customer.score.noneText")}
      />
    );
  }
  return <Cards object={object} scores={query.data} current={current} />;
}

interface CardsProps {
  object: ObjectMeta;
  scores: Scores;
  current: Record<string, unknown>;
}

function Cards({ object, scores, current }: CardsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const history = [...scores.history].sort((a, b) => a.as_of.localeCompare(b.as_of));
  const parts = { object, current, history, records: scores.records };
  return (
    <div className={styles.cards}>
      <section className={styles.card} aria-labelledby="score-why">
        <div className={styles.head}>
          <h2 id="score-why" className={styles.title}>
            {t("customer.score.title")}
          </h2>
          {scores.as_of && (
            <small className="secondary">
              {t("customer.score.asOf", { date: format.date(scores.as_of) })}
            </small>
          )}
        </div>
        <StageCard {...parts} reasons={scores.reasons} />
      </section>
      <ValueCard {...parts} />
      <ActivityCard {...parts} />
      <RfmCard {...parts} />
    </div>
  );
}
