import { Input, InputNumber } from "antd";
import { useTranslation } from "react-i18next";
import { previewOf } from "@/fields/draft";
import type { Draft, Settings } from "@/fields/fieldsApi";
import { Labelled } from "@/fields/Labelled";
import { typeOf } from "@/objects/fields/fieldTypes";
import styles from "./fields.module.css";

interface Props {
  draft: Draft;
  errors: Record<string, string | undefined>;
  onChange: (part: Partial<Settings>) => void;
}

const ranged = new Set(["decimal", "money", "date", "time"]);
const written = new Set(["text", "long_text"]);

/** What can be said of values of this type: how long, how large, of what form. */
export function TypeSettings({ draft, errors, onChange }: Props) {
  const { t, i18n } = useTranslation();
  const { settings, type } = draft;
  const { Editor } = typeOf(previewOf(draft, i18n.language, ""));
  const number = (name: "min_length" | "max_length" | "decimal_places", most: number) => (
    <Labelled label={t(`fields.${name}`)} error={errors[`settings.${name}`]}>
      {(id) => (
        <InputNumber
          id={id}
          min={name === "decimal_places" ? 0 : 1}
          max={most}
          precision={0}
          value={settings[name] ?? null}
          onChange={(value) => onChange({ [name]: value ?? undefined })}
        />
      )}
    </Labelled>
  );
  const end = (name: "min" | "max") => (
    <Labelled label={t(`fields.${name}`)} error={errors[`settings.${name}`]}>
      {(id) => (
        <Editor
          id={id}
          field={{ ...previewOf(draft, i18n.language, ""), label: t(`fields.${name}`) }}
          value={settings[name]}
          onChange={(value) => onChange({ [name]: (value as string | null) ?? undefined })}
        />
      )}
    </Labelled>
  );
  return (
    <>
      {(type === "decimal" || type === "formula") && number("decimal_places", 10)}
      {type === "money" && (
        <Labelled
          label={t("fields.currency")}
          hint={t("fields.currencyHint")}
          error={errors["settings.currency"]}
        >
          {(id) => (
            <Input
              id={id}
              maxLength={3}
              value={settings.currency ?? ""}
              onChange={(event) => onChange({ currency: event.target.value.toUpperCase() })}
            />
          )}
        </Labelled>
      )}
      {ranged.has(type) && (
        <div className={styles.pair}>
          {end("min")}
          {end("max")}
        </div>
      )}
      {written.has(type) && (
        <div className={styles.pair}>
          {number("min_length", 1000)}
          {number("max_length", type === "text" ? 1000 : 1_000_000)}
        </div>
      )}
      {type === "text" && (
        <Labelled
          label={t("fields.pattern")}
          hint={t("fields.patternHint")}
          error={errors["settings.pattern"]}
        >
          {(id) => (
            <Input
              id={id}
              maxLength={500}
              className={styles.code}
              value={settings.pattern ?? ""}
              onChange={(event) => onChange({ pattern: event.target.value })}
            />
          )}
        </Labelled>
      )}
    </>
  );
}
