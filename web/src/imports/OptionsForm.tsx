import { Input, Radio } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Import, ImportOptions, ImportTarget } from "@/imports/importsApi";
import {
  answersOf,
  type OptionName,
  optionNames,
  optionsInForce,
  type TextOption,
  textOptions,
} from "@/imports/options";
import styles from "./mapping.module.css";

interface Props {
  imported: Import;
  target: ImportTarget;
  onChange: (options: ImportOptions) => void;
}

/** The rules of this import in plain words; only those its target knows. */
export function OptionsForm({ imported, target, onChange }: Props) {
  const { t } = useTranslation();
  const inForce = optionsInForce(target, imported);
  const choices = optionNames.filter((name) => name in inForce);
  const texts = textOptions.filter((name) => name in inForce);
  if (choices.length + texts.length === 0) return null;
  return (
    <section className={styles.options} aria-labelledby="import-rules">
      <h2 id="import-rules">{t("imports.rules")}</h2>
      <div className={styles.optionGrid}>
        {choices.map((name) => (
          <ChoiceOption
            key={name}
            name={name}
            answers={answersOf(name, target.name)}
            value={String(inForce[name] ?? "")}
            onChange={(value) => onChange({ [name]: value })}
          />
        ))}
        {texts.map((name) => (
          <WordOption
            key={name}
            name={name}
            value={String(inForce[name] ?? "")}
            onChange={(value) => onChange({ [name]: value || null })}
          />
        ))}
      </div>
    </section>
  );
}

interface ChoiceProps {
  name: OptionName;
  answers: readonly string[];
  value: string;
  onChange: (value: string) => void;
}

function ChoiceOption({ name, answers, value, onChange }: ChoiceProps) {
  const { t, i18n } = useTranslation();
  const id = useId();
  const values = value && !answers.includes(value) ? [...answers, value] : answers;
  const labelOf = (answer: string) => {
    const key = `imports.option.${name}.${answer}`;
    return i18n.exists(key) ? t(key as "imports.option.owner.me") : answer;
  };
  return (
    <div className={styles.option}>
      <strong id={id}>{t(`imports.option.${name}.title`)}</strong>
      <Radio.Group
        aria-labelledby={id}
        vertical
        value={value}
        options={values.map((answer) => ({ value: answer, label: labelOf(answer) }))}
        onChange={(event) => onChange(event.target.value)}
      />
    </div>
  );
}

interface WordProps {
  name: TextOption;
  value: string;
  onChange: (value: string) => void;
}

function WordOption({ name, value, onChange }: WordProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className={styles.option}>
      <label htmlFor={id}>
        <strong>{t(`imports.option.${name}.title`)}</strong>
      </label>
      <Input
        id={id}
        key={value}
        defaultValue={value}
        maxLength={60}
        onBlur={(event) =>
          event.target.value.trim() !== value && onChange(event.target.value.trim())
        }
      />
      <small className="secondary">{t(`imports.option.${name}.text`)}</small>
    </div>
  );
}
