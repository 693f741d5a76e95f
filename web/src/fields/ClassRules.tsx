import { Button, Input, Select } from "antd";
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useObject } from "@/api/meta";
import type { RuleDraft } from "@/fields/classificationsApi";
import { colorOf } from "@/fields/draft";
import type { Choice } from "@/fields/fieldsApi";
import { FilterGroup } from "@/objects/filter/FilterGroup";
import { Chip } from "@/ui/Chip";
import { textIn } from "@/ui/languages";
import styles from "./classifications.module.css";
import fieldStyles from "./fields.module.css";

interface Props {
  rules: RuleDraft[];
  classes: Choice[];
  /** What is wrong, by its place: "rules.2.filter". */
  errors: Record<string, string | undefined>;
  onChange: (rules: RuleDraft[]) => void;
}

/** The rules in their order; the first that holds of a customer decides. */
export function ClassRules({ rules, classes, errors, onChange }: Props) {
  const { t } = useTranslation();
  const customer = useObject("customer");
  const options = useClassOptions(classes);
  const change = (at: number, part: Partial<RuleDraft>) =>
    onChange(rules.map((rule, i) => (i === at ? { ...rule, ...part } : rule)));

  function move(at: number, by: number) {
    const next = [...rules];
    const [moved] = next.splice(at, 1);
    if (moved) next.splice(at + by, 0, moved);
    onChange(next);
  }

  return (
    <section aria-label={t("classifications.rules")} className={styles.rules}>
      <p className={fieldStyles.legend}>{t("classifications.rules")}</p>
      <small className="secondary">{t("classifications.rulesHint")}</small>
      {rules.map((rule, at) => {
        const which = { n: at + 1 };
        const problem = errors[`rules.${at}.filter`] ?? errors[`rules.${at}.result`];
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a rule has no key before it is saved
          <fieldset key={at} className={styles.rule} data-broken={problem !== undefined}>
            <legend className="sr-only">{t("classifications.rule", which)}</legend>
            <div className={styles.ruleHead}>
              <span className="tabular">{at + 1}</span>
              <Select
                className={styles.class}
                aria-label={t("classifications.ruleClass", which)}
                placeholder={t("classifications.class")}
                value={rule.result || undefined}
                options={options}
                onChange={(result) => change(at, { result })}
              />
              <Input
                aria-label={t("classifications.ruleName", which)}
                placeholder={t("classifications.ruleNameHint")}
                maxLength={200}
                value={rule.name}
                onChange={(event) => change(at, { name: event.target.value })}
              />
              <Button
                type="text"
                icon={<ArrowUp size={15} />}
                aria-label={t("classifications.ruleUp", which)}
                disabled={at === 0}
                onClick={() => move(at, -1)}
              />
              <Button
                type="text"
                icon={<ArrowDown size={15} />}
                aria-label={t("classifications.ruleDown", which)}
                disabled={at === rules.length - 1}
                onClick={() => move(at, 1)}
              />
              <Button
                type="text"
                icon={<Trash2 size={15} />}
                aria-label={t("classifications.ruleRemove", which)}
                onClick={() => onChange(rules.toSpliced(at, 1))}
              />
            </div>
            <FilterGroup
              object={customer}
              group={rule.filter}
              onChange={(filter) => change(at, { filter })}
            />
            {problem && (
              <small className={fieldStyles.problem} role="alert">
                {problem}
              </small>
            )}
          </fieldset>
        );
      })}
      <Button
        icon={<Plus size={15} />}
        onClick={() =>
          onChange([
            ...rules,
            { key: "", name: "", result: options[0]?.value ?? "", filter: { and: [] } },
          ])
        }
      >
        {t("classifications.ruleAdd")}
      </Button>
    </section>
  );
}

/** The classes in use, to choose from. */
export function useClassOptions(classes: Choice[]) {
  const { i18n, t } = useTranslation();
  return classes
    .map((one, at) => ({ ...one, color: colorOf(one, at) }))
    .filter(({ archived }) => !archived)
    .map(({ value, labels, color }) => ({
      value,
      label: (
        <Chip color={color}>{textIn(labels, i18n.language) || t("classifications.unnamed")}</Chip>
      ),
    }));
}
