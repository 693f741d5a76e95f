import { InputNumber } from "antd";
import type { FieldMeta, RecordRow } from "@/api/types";
import {
  asString,
  type DisplayProps,
  type EditorProps,
  type FieldType,
  isBlank,
} from "@/objects/fields/fieldType";
import { useFormat } from "@/ui/format";
import styles from "./fields.module.css";

type Numeric = number | string | null;
type ToText = FieldType["toText"];

function NumberDisplay({ value, field, record }: DisplayProps) {
  const format = useFormat();
  const toText = texts[field.type] ?? texts.number;
  return <span className="tabular">{toText(value, field, format, record)}</span>;
}

function NumberEditor({ id, value, field, onChange, autoFocus, invalid }: EditorProps) {
  return (
    <InputNumber
      id={id}
      className={styles.full}
      aria-label={field.label}
      value={isBlank(value) ? null : (value as Numeric)}
      precision={field.type === "number" ? 0 : (field.decimal_places ?? undefined)}
      stringMode={field.type !== "number"}
      autoFocus={autoFocus}
      status={invalid ? "error" : undefined}
      onChange={(next) => onChange(next)}
    />
  );
}

/** "1,234.5", "１２３" and "￥99" are all how people write numbers. */
export function parseNumber(text: string) {
  const plain = text
    .normalize("NFKC")
    .replace(/[\s,_¥$€£%]/g, "")
    .replace("−", "-");
  return plain === "" ? null : plain;
}

function currencyOf(field: FieldMeta, record: RecordRow | undefined) {
  const name = field.currency;
  if (!name) return null;
  return asString(record?.[name]) || (/^[A-Z]{3}$/.test(name) ? name : null);
}

const n = (value: unknown) => (isBlank(value) ? null : (value as Numeric));

const texts = {
  number: (value, _field, format) => format.number(n(value)),
  decimal: (value, field, format) => format.number(n(value), field.decimal_places ?? 2),
  float: (value, _field, format) => format.number(n(value), 2),
  money: (value, field, format, record) => format.money(n(value), currencyOf(field, record)),
  percent: (value, field, format) =>
    isBlank(value) ? "" : format.share(Number(value) / 100, field.decimal_places ?? 1),
  score: (value, _field, format) => format.share(n(value)),
} satisfies Record<string, ToText> as Record<string, ToText> & { number: ToText };

/** A probability: the figure beside a bar, so that a column can be read at a glance. */
function ScoreDisplay({ value }: DisplayProps) {
  const format = useFormat();
  if (isBlank(value)) return null;
  const style = { "--score": `${Math.round(Number(value) * 100)}%` } as React.CSSProperties;
  return (
    <span className={styles.score} style={style}>
      <span className="tabular">{format.share(n(value))}</span>
    </span>
  );
}

const numeric = (name: keyof typeof texts, width = 110): FieldType => ({
  Display: NumberDisplay,
  Editor: NumberEditor,
  inline: "text",
  width,
  align: "end",
  toText: texts[name] ?? texts.number,
  toInput: asString,
  parse: parseNumber,
});

export const numberType = numeric("number");
export const decimalType = numeric("decimal");
export const floatType = numeric("float");
export const moneyType = numeric("money", 130);
export const percentType = numeric("percent");
export const scoreType: FieldType = { ...numeric("score"), Display: ScoreDisplay };
