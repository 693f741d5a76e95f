import { useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import dayjs from "dayjs";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { auditKindsQuery } from "@/api/audit";
import { peopleQuery } from "@/api/people";
import { type AuditSearch, actions } from "@/settings/auditSearch";
import { DatePicker } from "@/ui/DatePicker";
import styles from "./settings.module.css";

interface Props {
  search: AuditSearch;
  onSearch: (change: Partial<AuditSearch>) => void;
}

export function AuditFilters({ search, onSearch }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const { data: people = [] } = useQuery(peopleQuery);
  const { data: kinds = [] } = useQuery(auditKindsQuery);
  return (
    <search className={styles.filters} aria-label={t("audit.filter")}>
      <div className={styles.filter}>
        <label htmlFor={`${id}-who`}>{t("audit.who")}</label>
        <Select
          id={`${id}-who`}
          allowClear
          value={search.actor ?? null}
          placeholder={t("audit.anybody")}
          showSearch={{ optionFilterProp: "label" }}
          options={people.map((person) => ({ value: person.id, label: person.full_name }))}
          onChange={(actor) => onSearch({ actor: actor ?? undefined })}
        />
      </div>
      <div className={styles.filter}>
        <label htmlFor={`${id}-kind`}>{t("audit.kind")}</label>
        <Select
          id={`${id}-kind`}
          allowClear
          value={search.object ?? null}
          placeholder={t("audit.anything")}
          showSearch={{ optionFilterProp: "label" }}
          options={kinds.map(({ name, label }) => ({ value: name, label }))}
          onChange={(object) => onSearch({ object: object ?? undefined })}
        />
      </div>
      <div className={styles.filter}>
        <label htmlFor={`${id}-action`}>{t("audit.happened")}</label>
        <Select
          id={`${id}-action`}
          allowClear
          value={search.action ?? null}
          placeholder={t("audit.anything")}
          options={actions.map((value) => ({ value, label: t(`audit.action.${value}`) }))}
          onChange={(action) => onSearch({ action: action ?? undefined })}
        />
      </div>
      {(["since", "until"] as const).map((side) => (
        <div key={side} className={styles.filter}>
          <label htmlFor={`${id}-${side}`}>{t(`audit.${side}`)}</label>
          <DatePicker
            id={`${id}-${side}`}
            value={search[side] ? dayjs(search[side]) : null}
            placeholder=""
            onChange={(date) => onSearch({ [side]: date?.format("YYYY-MM-DD") })}
          />
        </div>
      ))}
    </search>
  );
}
