import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Fingerprint, Smartphone } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Factor, factorsQuery, hasPasskeys } from "@/api/factors";
import { FactorDialog, type FactorTask } from "@/settings/FactorDialog";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

/** My second factors: added and removed with the password. */
export function Factors() {
  const { t } = useTranslation();
  const query = useQuery(factorsQuery);
  const [task, setTask] = useState<FactorTask | null>(null);
  if (query.isPending) return <LinesSkeleton lines={2} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { items, recovery_codes: codesLeft } = query.data;
  const hasApp = items.some(({ kind }) => kind === "totp");
  return (
    <>
      {items.length > 0 && (
        <ul className={styles.tokens}>
          {items.map((factor) => (
            <FactorItem
              key={factor.id}
              factor={factor}
              codesLeft={codesLeft}
              onRemove={(name) => setTask({ what: "remove", id: factor.id, name })}
            />
          ))}
        </ul>
      )}
      <div className={styles.buttons}>
        {!hasApp && (
          <Button icon={<Smartphone size={15} />} onClick={() => setTask({ what: "totp" })}>
            {t("factors.addTotp")}
          </Button>
        )}
        {hasPasskeys() && (
          <Button icon={<Fingerprint size={15} />} onClick={() => setTask({ what: "passkey" })}>
            {t("factors.addPasskey")}
          </Button>
        )}
        {hasApp && (
          <Button onClick={() => setTask({ what: "codes" })}>{t("factors.newCodes")}</Button>
        )}
      </div>
      {task && (
        <FactorDialog task={task} asks={query.data.password} onClose={() => setTask(null)} />
      )}
    </>
  );
}

interface ItemProps {
  factor: Factor;
  codesLeft: number;
  onRemove: (name: string) => void;
}

function FactorItem({ factor, codesLeft, onRemove }: ItemProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { kind, last_used_at: used } = factor;
  const name = factor.name || t("factors.totp");
  return (
    <li>
      <div className={styles.token}>
        <strong className="ellipsis">{name}</strong>
        <small className="secondary">
          {used ? t("factors.used", { when: format.relative(used) }) : t("factors.unused")}
          {kind === "totp" && ` · ${t("factors.codesLeft", { n: codesLeft })}`}
        </small>
      </div>
      <Button
        danger
        size="small"
        aria-label={t("factors.removeOne", { name })}
        onClick={() => onRemove(name)}
      >
        {t("factors.remove")}
      </Button>
    </li>
  );
}
