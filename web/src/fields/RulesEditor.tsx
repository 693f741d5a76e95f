import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "@/api/types";
import type { Draft, Settings } from "@/fields/fieldsApi";
import { FilterGroup } from "@/objects/filter/FilterGroup";
import { asGroup } from "@/objects/filter/filterTree";
import styles from "./fields.module.css";

interface Props {
  object: ObjectMeta;
  draft: Draft;
  errors: Record<string, string | undefined>;
  onChange: (part: Partial<Settings>) => void;
}

/** Under which conditions on the same record the field is required, and locked. */
export function RulesEditor({ object, draft, errors, onChange }: Props) {
  const { t } = useTranslation();
  const { required, settings } = draft;
  const own = { ...object, fields: object.fields.filter(({ beyond }) => !beyond) };
  const condition = (name: "required_when" | "locked_when") => (
    <section aria-label={t(`fields.${name}`)}>
      <p className={styles.legend}>{t(`fields.${name}`)}</p>
      <FilterGroup
        object={own}
        group={asGroup(settings[name])}
        alone
        onChange={(group) => onChange({ [name]: group })}
      />
      {errors[`settings.${name}`] && (
        <small className={styles.problem} role="alert">
          {errors[`settings.${name}`]}
        </small>
      )}
    </section>
  );
  return (
    <>
      {!required && condition("required_when")}
      {condition("locked_when")}
      <small className="secondary">{t("fields.rulesHint")}</small>
    </>
  );
}
