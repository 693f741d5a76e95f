import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Select } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import type { FieldMeta, FieldTypeName, ObjectMeta } from "@/api/types";
import { formulaQuery, type Settings, type Trial } from "@/fields/fieldsApi";
import { formulaFunctions, inserted, usable } from "@/fields/formula";
import { Labelled } from "@/fields/Labelled";
import { FieldValue } from "@/objects/fields/FieldValue";
import { TextArea } from "@/ui/TextArea";
import { useDebounced } from "@/ui/useDebounced";
import styles from "./fields.module.css";

interface Props {
  object: ObjectMeta;
  /** Of the field, if it is there already. */
  fieldKey: string | undefined;
  settings: Settings;
  error: string | undefined;
  onChange: (part: Partial<Settings>) => void;
}

/** A formula, with what can stand in it and what it gives for the record changed last. */
export function FormulaEditor({ object, fieldKey, settings, error, onChange }: Props) {
  const { t } = useTranslation();
  const area = useRef<TextAreaRef>(null);
  const formula = settings.formula ?? "";

  function insert(text: string, caret = text.length) {
    const box = area.current?.resizableTextArea?.textArea;
    const [from, to] = box
      ? [box.selectionStart, box.selectionEnd]
      : [formula.length, formula.length];
    const { value, at } = inserted(formula, from, to, text, caret);
    onChange({ formula: value });
    requestAnimationFrame(() => {
      box?.focus();
      box?.setSelectionRange(at, at);
    });
  }

  const fields = usable(object.fields, fieldKey).map(({ name, label }) => ({ value: name, label }));
  const functions = formulaFunctions.map((name) => ({
    value: name,
    label: t(`fields.function.${name}`),
  }));
  return (
    <>
      <Labelled label={t("fields.formula")} hint={t("fields.formulaHint")} error={error}>
        {(id) => (
          <TextArea
            id={id}
            ref={area}
            maxLength={2000}
            className={styles.code}
            spellCheck={false}
            value={formula}
            onChange={(event) => onChange({ formula: event.target.value })}
          />
        )}
      </Labelled>
      <div className={styles.pair}>
        <Select
          aria-label={t("fields.insertField")}
          placeholder={t("fields.insertField")}
          value={null}
          showSearch={{ optionFilterProp: "label" }}
          options={fields}
          onSelect={(name: string | null) => name && insert(name)}
        />
        <Select
          aria-label={t("fields.insertFunction")}
          placeholder={t("fields.insertFunction")}
          value={null}
          showSearch
          popupMatchSelectWidth={false}
          options={functions}
          onSelect={(name: string | null) => name && insert(`${name}()`, name.length + 1)}
        />
      </div>
      <Verdict object={object} fieldKey={fieldKey} settings={settings} />
    </>
  );
}

/** What is wrong with the formula, or what it gives. */
function Verdict({ object, fieldKey, settings }: Pick<Props, "object" | "fieldKey" | "settings">) {
  const { t } = useTranslation();
  const formula = useDebounced(settings.formula ?? "", 300);
  const query = useQuery({
    ...formulaQuery(object.name, fieldKey, formula, settings.decimal_places),
    placeholderData: keepPreviousData,
  });
  const trial = formula ? query.data : undefined;
  return (
    <div className={styles.verdict} aria-live="polite">
      {trial?.problem && (
        <p className={styles.problem}>
          {trial.problem.message}
          {trial.problem.at > 0 && (
            <code>
              {formula.slice(Math.max(0, trial.problem.at - 12), trial.problem.at)}
              <mark>{formula.slice(trial.problem.at, trial.problem.at + 12) || "…"}</mark>
            </code>
          )}
        </p>
      )}
      {trial?.type && (
        <p>
          {t("fields.gives", { type: t(`fields.type.${trial.type as "decimal"}`) })}
          <Sample trial={trial} decimalPlaces={settings.decimal_places} />
        </p>
      )}
    </div>
  );
}

function Sample({ trial, decimalPlaces }: { trial: Trial; decimalPlaces: number | undefined }) {
  if (!trial.sample) return null;
  const type = trial.type === "money" ? "decimal" : (trial.type as FieldTypeName);
  const field = { name: "", label: "", type, decimal_places: decimalPlaces ?? 2 } as FieldMeta;
  return (
    <span className={styles.sample}>
      <span className="secondary ellipsis">{trial.sample.label}</span>
      <strong>
        <FieldValue field={field} value={trial.sample.value} />
      </strong>
    </span>
  );
}
