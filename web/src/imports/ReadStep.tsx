import { Button, Select, Switch } from "antd";
import { type ReactNode, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Import, ImportOptions } from "@/imports/importsApi";
import { dateOrders, decimalMarks, delimiters, encodings } from "@/imports/options";
import { SampleTable } from "@/imports/SampleTable";
import { useChangeImport } from "@/imports/useChangeImport";
import styles from "./imports.module.css";

interface Props {
  imported: Import;
  onNext: () => void;
}

/** How the file was understood, with its first rows: wrong signs are seen at once and put right here. */
export function ReadStep({ imported, onNext }: Props) {
  const { t } = useTranslation();
  const change = useChangeImport(imported.id);
  return (
    <div className={styles.split}>
      <section className={styles.form} aria-label={t("imports.step.read")}>
        <p className="secondary">{t("imports.readText")}</p>
        <FormatForm imported={imported} onChange={(options) => change.mutate({ options })} />
        <div className={styles.foot}>
          <Button type="primary" loading={change.isPending} onClick={onNext}>
            {t("common.next")}
          </Button>
        </div>
      </section>
      <SampleTable detected={imported.detected} stale={change.isPending} />
    </div>
  );
}

interface FormProps {
  imported: Import;
  onChange: (options: ImportOptions) => void;
}

function FormatForm({ imported: { detected, options }, onChange }: FormProps) {
  const { t } = useTranslation();
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  function choose(name: "encoding" | "delimiter" | "sheet", value: string) {
    setChosen(new Set(chosen).add(name));
    onChange({ [name]: value });
  }
  const automatic = { value: "", label: t("imports.automatic") };
  const isText = detected.kind !== "xlsx" && !detected.sheets?.length;
  const known = (values: readonly string[], now: string | null | undefined) =>
    now && !values.includes(now) ? [...values, now] : [...values];
  return (
    <>
      {isText ? (
        <>
          <Choice
            label={t("imports.encoding")}
            isFound={!chosen.has("encoding")}
            value={detected.encoding ?? ""}
            options={known(encodings, detected.encoding).map((value) => ({
              value,
              label: encodingLabel(value, t("imports.simplified"), t("imports.traditional")),
            }))}
            onChange={(value) => choose("encoding", value)}
          />
          <Choice
            label={t("imports.delimiter")}
            isFound={!chosen.has("delimiter")}
            value={detected.delimiter ?? ""}
            options={known(delimiters, detected.delimiter).map((value) => ({
              value,
              label: delimiterKey[value] ? t(`imports.sign.${delimiterKey[value]}`) : value,
            }))}
            onChange={(value) => choose("delimiter", value)}
          />
        </>
      ) : (
        <Choice
          label={t("imports.sheet")}
          isFound={!chosen.has("sheet")}
          value={detected.sheet ?? detected.sheets?.[0] ?? ""}
          options={(detected.sheets ?? []).map((value) => ({ value, label: value }))}
          onChange={(value) => choose("sheet", value)}
        />
      )}
      <Labelled label={t("imports.header")}>
        {(id) => (
          <Switch
            id={id}
            checked={detected.has_header ?? true}
            onChange={(has_header) => onChange({ has_header })}
          />
        )}
      </Labelled>
      <Choice
        label={t("imports.dateOrder")}
        value={String(options.date_order ?? "")}
        options={[
          automatic,
          ...dateOrders.map((value) => ({ value, label: t(`imports.dates.${value}`) })),
        ]}
        onChange={(value) => onChange({ date_order: value || null })}
      />
      <Choice
        label={t("imports.decimalMark")}
        value={String(options.decimal_mark ?? "")}
        options={[
          automatic,
          ...decimalMarks.map((value) => ({
            value,
            label: t(value === "." ? "imports.marks.point" : "imports.marks.comma"),
          })),
        ]}
        onChange={(value) => onChange({ decimal_mark: value || null })}
      />
    </>
  );
}

const delimiterKey: Record<string, "comma" | "tab" | "semicolon" | "bar"> = {
  ",": "comma",
  "\t": "tab",
  ";": "semicolon",
  "|": "bar",
};

function encodingLabel(encoding: string, simplified: string, traditional: string) {
  const plain = encoding.toUpperCase();
  if (plain === "GB18030") return `${plain} (GBK, ${simplified})`;
  if (plain === "BIG5") return `${plain} (${traditional})`;
  return plain;
}

interface LabelledProps {
  label: string;
  isFound?: boolean;
  children: (id: string) => ReactNode;
}

function Labelled({ label, isFound = false, children }: LabelledProps) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div className={styles.field}>
      <label htmlFor={id}>
        {label} {isFound && <small className="secondary">{t("imports.detected")}</small>}
      </label>
      {children(id)}
    </div>
  );
}

interface ChoiceProps {
  label: string;
  isFound?: boolean;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
}

function Choice({ label, isFound, ...select }: ChoiceProps) {
  return (
    <Labelled label={label} isFound={isFound}>
      {(id) => <Select id={id} {...select} />}
    </Labelled>
  );
}
