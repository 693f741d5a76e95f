import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { Gauge, Settings2 } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { FieldTable } from "@/insight/quality/FieldTable";
import { CustomersOf, FigureLink } from "@/insight/quality/FigureLink";
import { QualityHeader } from "@/insight/quality/QualityHeader";
import {
  filterOf,
  measureNow,
  type Quality,
  type QualitySearch,
  qualityQuery,
} from "@/insight/quality/qualityApi";
import { SourceTable } from "@/insight/quality/SourceTable";
import { useRun } from "@/insight/useRun";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { Progress } from "@/ui/Progress";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./quality.module.css";

const QualityTrend = lazy(async () => ({
  default: (await import("@/insight/quality/QualityTrend")).QualityTrend,
}));
const QualitySettingsDialog = lazy(async () => ({
  default: (await import("@/insight/quality/QualitySettingsDialog")).QualitySettingsDialog,
}));

interface Props {
  search: QualitySearch;
  onSearch: (change: Partial<QualitySearch>) => void;
}

/** How good the data is: in all, field by field, source by source, and day by day. */
export function QualityPage({ search, onSearch }: Props) {
  const { t } = useTranslation();
  const [setting, setSetting] = useState(false);
  const query = useQuery({ ...qualityQuery(search), placeholderData: keepPreviousData });
  const quality = query.data;
  const measuring = useRun<void>("measure_quality", measureNow);
  const can = quality?.can ?? [];
  const measure = can.includes("measure") && (
    <Button
      type={quality?.as_of ? "default" : "primary"}
      icon={<Gauge size={15} />}
      loading={measuring.isStarting}
      onClick={() => measuring.start()}
    >
      {t("quality.measureNow")}
    </Button>
  );
  return (
    <section className={styles.page}>
      <QualityHeader>
        <Measured quality={quality} measuring={measuring}>
          {quality?.as_of && measure}
        </Measured>
        {can.includes("configure") && (
          <Button
            icon={<Settings2 size={15} />}
            aria-label={t("quality.settings")}
            onClick={() => setSetting(true)}
          />
        )}
      </QualityHeader>
      {query.isPending ? (
        <LinesSkeleton lines={10} />
      ) : query.isError && !quality ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : quality?.as_of ? (
        <Measures quality={quality} search={search} onSearch={onSearch} />
      ) : (
        <EmptyState
          icon={Gauge}
          title={t("quality.never")}
          text={t("quality.neverText")}
          action={!measuring.running && measure}
        />
      )}
      {setting && (
        <Suspense fallback={null}>
          <QualitySettingsDialog onClose={() => setSetting(false)} />
        </Suspense>
      )}
    </section>
  );
}

interface MeasuredProps {
  quality: Quality | undefined;
  measuring: ReturnType<typeof useRun<void>>;
  children: ReactNode;
}

/** As of when the measures are, or how far a new measuring is. */
function Measured({ quality, measuring, children }: MeasuredProps) {
  const { t } = useTranslation();
  const format = useFormat();
  if (measuring.running) {
    const { done, total, message, title } = measuring.running;
    return (
      <div className={styles.measured} role="status">
        <small className="secondary">{message || title}</small>
        <Progress percent={total ? Math.round((100 * done) / total) : 0} aria-label={title} />
      </div>
    );
  }
  if (!quality?.as_of) return null;
  const since = quality.waiting;
  return (
    <div className={styles.measured}>
      <small className="secondary" title={format.dateTime(quality.as_of)}>
        {t("quality.asOf", { when: format.relative(quality.as_of) })}
        {since > 0 && ` · ${t("quality.since", { count: since, number: format.number(since) })}`}
      </small>
      {children}
    </div>
  );
}

function Measures({ quality, search, onSearch }: Props & { quality: Quality }) {
  const { t } = useTranslation();
  const drawsLines = quality.can.includes("trend");
  return (
    <>
      <div className={styles.choices}>
        <Segmented
          size="small"
          aria-label={t("quality.kind")}
          value={search.kind ?? ""}
          options={[
            { value: "", label: t("quality.both") },
            { value: "person", label: t("quality.only.person") },
            { value: "organization", label: t("quality.only.organization") },
          ]}
          onChange={(kind) => onSearch({ kind: kind || undefined } as Partial<QualitySearch>)}
        />
        {search.source !== undefined && (
          <Button size="small" onClick={() => onSearch({ source: undefined })}>
            {t("quality.allSources", {
              source: search.source || t("quality.noSource"),
            })}
          </Button>
        )}
      </div>
      <Tiles quality={quality} />
      <div className={styles.halves}>
        <section aria-label={t("quality.byField")}>
          <h2>{t("quality.byField")}</h2>
          <FieldTable
            fields={quality.fields}
            chosen={search.field}
            {...(drawsLines ? { onChoose: (field) => onSearch({ field }) } : {})}
          />
        </section>
        <section aria-label={t("quality.trend")}>
          <h2>{t("quality.trend")}</h2>
          {drawsLines ? (
            <Suspense fallback={<LinesSkeleton lines={6} />}>
              <QualityTrend
                search={search}
                field={quality.fields.find(({ name }) => name === search.field)?.label}
              />
            </Suspense>
          ) : (
            <p className="secondary">{t("quality.noTrend")}</p>
          )}
          <Ages quality={quality} />
        </section>
      </div>
      {quality.sources.length > 0 && (
        <section aria-label={t("quality.bySource")}>
          <h2>{t("quality.bySource")}</h2>
          <SourceTable
            sources={quality.sources}
            more={quality.more_sources}
            chosen={search.source}
            onChoose={(source) => onSearch({ source })}
          />
        </section>
      )}
    </>
  );
}

/** The measures in all; each opens the customers behind it. */
function Tiles({ quality }: { quality: Quality }) {
  const { t } = useTranslation();
  const format = useFormat();
  const shares = [
    { name: "completeness", filter: quality.filters.missing },
    { name: "validity", filter: quality.filters.invalid },
    { name: "freshness", filter: quality.filters.stale },
  ] as const;
  return (
    <dl className={styles.tiles}>
      {shares.map(({ name, filter }) => (
        <div key={name}>
          <dt>{t(`quality.${name}`)}</dt>
          <dd>
            {quality[name] === null ? (
              "–"
            ) : (
              <CustomersOf
                filter={filterOf({ count: 0, filter })}
                label={t(`quality.behind.${name}`, {
                  share: format.share(quality[name], 1),
                })}
                className={styles.figure}
              >
                {format.share(quality[name], 1)}
              </CustomersOf>
            )}
            <small className="secondary">
              {t(`quality.means.${name}`, { days: quality.stale_after_days })}
            </small>
          </dd>
        </div>
      ))}
      <div>
        <dt>{t("insight.tile.unowned")}</dt>
        <dd className={styles.figure}>
          <FigureLink figure={quality.unfollowed} label={t("insight.tile.unowned")} />
        </dd>
      </div>
      <div>
        <dt>{t("duplicates.title")}</dt>
        <dd>
          <span className={styles.figure}>
            <FigureLink figure={quality.suspected} label={t("duplicates.title")} />
          </span>
          {quality.pairs && (
            <small className="secondary">
              <Link to="/data-quality/duplicates">
                {t("quality.pairs", {
                  open: format.number(quality.pairs.open),
                  decided: format.number(quality.pairs.decided),
                })}
              </Link>
            </small>
          )}
        </dd>
      </div>
    </dl>
  );
}

/** When records were last changed, by age. */
function Ages({ quality }: { quality: Quality }) {
  const { t } = useTranslation();
  if (quality.ages.length === 0) return null;
  return (
    <>
      <h2>{t("quality.ages")}</h2>
      <dl className={styles.ages}>
        {quality.ages.map((one) => (
          <div key={one.age}>
            <dt>{t(`quality.age.${one.age}`)}</dt>
            <dd>
              <FigureLink figure={one} label={t(`quality.age.${one.age}`)} />
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
