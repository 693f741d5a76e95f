import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useTranslation } from "react-i18next";
import { type Arrangement, layoutVersionsQuery, type Which } from "@/layouts/layoutsApi";
import { useActionText } from "@/objects/record/useActionText";
import { useFormat } from "@/ui/format";
import styles from "./layouts.module.css";

interface Props {
  which: Which;
  onUse: (arrangement: Arrangement) => void;
}

/** What the layout was before, who made it so, and each to begin from again. */
export function EarlierVersions({ which, onUse }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const actionText = useActionText();
  const { data = [] } = useQuery(layoutVersionsQuery(which));
  if (data.length === 0) return null;
  return (
    <section className={styles.versions}>
      <h2>{t("layouts.versions")}</h2>
      <ol>
        {data.map(({ id, at, actor, action, groups, hidden, form }) => (
          <li key={id}>
            <span>
              <strong>{actor ?? t("common.somebody")}</strong> {actionText(action, {})}{" "}
              <time className="secondary" dateTime={at} title={format.dateTime(at)}>
                {format.relative(at)}
              </time>
            </span>
            {action !== "delete" && (
              <Button
                size="small"
                aria-label={t("layouts.useOf", { when: format.dateTime(at) })}
                onClick={() => onUse({ groups, hidden, form })}
              >
                {t("layouts.use")}
              </Button>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
