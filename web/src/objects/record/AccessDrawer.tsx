import { useQuery } from "@tanstack/react-query";
import { Alert, Descriptions, Drawer } from "antd";
import { Check, X } from "lucide-react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { accessQuery } from "@/api/access";
import { fieldOf } from "@/api/meta";
import type { LinkValue, ObjectMeta, Schemas } from "@/api/types";
import { RecordSelect } from "@/objects/fields/RecordSelect";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./access.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
  open: boolean;
  onClose: () => void;
}

/** Whether a colleague sees a record, and each reason for it or against it. */
export function AccessDrawer({ open, onClose, ...of }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer open={open} onClose={onClose} size={440} title={t("access.title")} destroyOnHidden>
      <Access {...of} />
    </Drawer>
  );
}

function Access({ object, id }: Pick<Props, "object" | "id">) {
  const { t } = useTranslation();
  const field = useId();
  const [user, setUser] = useState<LinkValue | null>(null);
  const answer = useQuery({ ...accessQuery(object.name, id, user?.id ?? ""), enabled: !!user });
  return (
    <div className={styles.access}>
      <div>
        <label htmlFor={field}>{t("access.who")}</label>
        <RecordSelect
          id={field}
          object="user"
          className={styles.who}
          value={user}
          placeholder={t("access.choose")}
          onChange={setUser}
          autoFocus
        />
      </div>
      {answer.isError && <ErrorState error={answer.error} onRetry={() => answer.refetch()} />}
      {answer.isLoading && <LinesSkeleton />}
      {answer.data && <Verdict object={object} access={answer.data} />}
    </div>
  );
}

function Verdict({ object, access }: { object: ObjectMeta; access: Schemas["AccessOut"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { user, role, team, verbs, grounds, hidden_fields } = access;
  const sees = verbs.includes("read");
  const labelOf = (name: string) => fieldOf(object, name)?.label ?? name;
  const facts: [string, string | null][] = [
    [t("access.role"), role],
    [t("access.team"), team],
    [t("access.can"), format.list(verbs.map((verb) => t(`access.verb.${verb}`)))],
    [t("access.hidden"), format.list(hidden_fields.map(labelOf))],
  ];
  return (
    <>
      <Alert
        type={sees ? "success" : "warning"}
        showIcon
        title={t(sees ? "access.sees" : "access.seesNot", { name: user.label })}
      />
      <section>
        <h2>{t("access.because")}</h2>
        {grounds.length === 0 && <p>{t("access.noRight")}</p>}
        <ul className={styles.grounds}>
          {grounds.map(({ code, holds, link }) => (
            <li key={`${code}${link ?? ""}`} className={holds ? undefined : "secondary"}>
              {holds ? <Check size={15} aria-hidden /> : <X size={15} aria-hidden />}
              {t(`access.${holds ? "holds" : "fails"}.${code}`, { field: labelOf(link ?? "") })}
            </li>
          ))}
        </ul>
      </section>
      <Descriptions
        column={1}
        size="small"
        items={facts
          .filter(([, value]) => value)
          .map(([label, children]) => ({ key: label, label, children }))}
      />
    </>
  );
}
