import dayjs from "dayjs";
import {
  asString,
  type DisplayProps,
  type EditorProps,
  type FieldType,
} from "@/objects/fields/fieldType";
import { DatePicker } from "@/ui/DatePicker";
import { useFormat } from "@/ui/format";
import { instantOf, wallClock } from "@/ui/zone";
import styles from "./fields.module.css";

function DateDisplay({ value }: DisplayProps) {
  const format = useFormat();
  return <span className="tabular">{format.date(asString(value))}</span>;
}

function DateTimeDisplay({ value }: DisplayProps) {
  const format = useFormat();
  return <span className="tabular">{format.dateTime(asString(value))}</span>;
}

function DateEditor({ id, value, field, onChange, onClose, ...rest }: EditorProps) {
  return (
    <DatePicker
      id={id}
      className={styles.full}
      aria-label={field.label}
      value={value ? dayjs(asString(value)) : null}
      autoFocus={rest.autoFocus}
      defaultOpen={rest.open}
      status={rest.invalid ? "error" : undefined}
      onChange={(date) => onChange(date?.format("YYYY-MM-DD") ?? null, true)}
      onOpenChange={(open) => open || onClose?.()}
    />
  );
}

/** The clock on the wall of the user's time zone, whatever the computer's is. */
function DateTimeEditor({ id, value, field, onChange, onClose, ...rest }: EditorProps) {
  const { timeZone } = useFormat();
  return (
    <DatePicker
      id={id}
      className={styles.full}
      aria-label={field.label}
      showTime={{ format: "HH:mm" }}
      format="YYYY-MM-DD HH:mm"
      value={value ? wallClock(asString(value), timeZone) : null}
      autoFocus={rest.autoFocus}
      defaultOpen={rest.open}
      status={rest.invalid ? "error" : undefined}
      onChange={(date) => onChange(date ? instantOf(date, timeZone) : null, true)}
      onOpenChange={(open) => open || onClose?.()}
    />
  );
}

export const dateType: FieldType = {
  Display: DateDisplay,
  Editor: DateEditor,
  inline: "picker",
  width: 130,
  toText: (value, _field, format) => format.date(asString(value)),
  parse: parseDate,
};

/** Year first, or with the month in letters; what could be read in two ways is left to the server to refuse. */
function parseDate(text: string) {
  const plain = text
    .trim()
    .replace(/[年月/.]/g, "-")
    .replace("日", "");
  const [, year, month = "", day = ""] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(plain) ?? [];
  const iso = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const date = dayjs(year ? iso : text);
  const found = date.isValid() && date.format("YYYY-MM-DD");
  if (year) return found === iso ? iso : text;
  return found && /[A-Za-z]{3}/.test(text) ? found : text;
}

export const dateTimeType: FieldType = {
  Display: DateTimeDisplay,
  Editor: DateTimeEditor,
  inline: "picker",
  width: 170,
  toText: (value, _field, format) => format.dateTime(asString(value)),
};
