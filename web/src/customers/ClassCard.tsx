import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { PencilLine } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { useObject } from "@/api/meta";
import type { Filter } from "@/api/types";
import { type CustomerClass, classesQuery } from "@/customers/classesApi";
import { useFilterText } from "@/objects/filter/filterText";
import { Chip } from "@/ui/Chip";
import { useFormat } from "@/ui/format";
import styles from "./classes.module.css";
import pageStyles from "./customer.module.css";

/** Rarely opened: it comes when it is. */
const ClassDialog = lazy(async () => ({
  default: (await import("@/customers/ClassDialog")).ClassDialog,
}));

/** The customer's classes and why it is in them; nothing where the firm classifies by nothing. */
export function ClassCard({ customer }: { customer: string }) {
  const { t } = useTranslation();
  const { data = [] } = useQuery(classesQuery(customer));
  const [opened, setOpened] = useState<CustomerClass | null>(null);
  if (data.length === 0) return null;
  return (
    <section aria-labelledby="classes-title">
      <h2 id="classes-title" className={pageStyles.sectionTitle}>
        {t("classes.title")}
      </h2>
      <ul className={styles.classes}>
        {data.map((one) => {
          const found = one.classes.find(({ value }) => value === one.result);
          return (
            <li key={one.id}>
              <div className={styles.head}>
                <span className="secondary">{one.label}</span>
                {found ? (
                  <Chip color={found.color}>{found.label}</Chip>
                ) : (
                  <span className="secondary">{t("classes.none")}</span>
                )}
                {one.can.includes("override") && (
                  <Button
                    type="text"
                    size="small"
                    icon={<PencilLine size={14} />}
                    aria-label={t("classes.change", { name: one.label })}
                    title={t("classes.change", { name: one.label })}
                    onClick={() => setOpened(one)}
                  />
                )}
              </div>
              <Why why={one.why} />
            </li>
          );
        })}
      </ul>
      <Suspense fallback={null}>
        {opened && <ClassDialog customer={customer} one={opened} onClose={() => setOpened(null)} />}
      </Suspense>
    </section>
  );
}

function Why({ why }: { why: CustomerClass["why"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const since = why.at ? t("classes.since", { date: format.date(why.at) }) : "";
  if (why.kind === "override") {
    return (
      <small className="secondary">
        {t("classes.by", { name: why.actor?.label ?? "", reason: why.reason })} {since}
      </small>
    );
  }
  if (why.kind === "none") return null;
  if (why.kind === "rule" && why.filter && !why.name) {
    return <RuleText filter={why.filter} number={why.number ?? 0} since={since} />;
  }
  return (
    <small className="secondary">
      {why.kind === "rule" ? why.name : t(`classes.${why.kind}`)} {since}
    </small>
  );
}

/** A rule that nobody gave a name says what it asks for. */
function RuleText({ filter, number, since }: { filter: Filter; number: number; since: string }) {
  const { t } = useTranslation();
  const text = useFilterText(useObject("customer"), filter);
  return (
    <small className="secondary">
      {t("classes.rule", { n: number, text })} {since}
    </small>
  );
}
