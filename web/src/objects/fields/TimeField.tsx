import { Input } from "antd";
import {
  asString,
  type DisplayProps,
  type EditorProps,
  type FieldType,
} from "@/objects/fields/fieldType";
import { useFormat } from "@/ui/format";
import styles from "./fields.module.css";

function TimeDisplay({ value }: DisplayProps) {
  const format = useFormat();
  return <span className="tabular">{format.timeOfDay(asString(value))}</span>;
}

/** The browser's own box: hours and minutes by keys, in the order its reader is used to. */
function TimeEditor({ id, value, field, onChange, autoFocus, invalid }: EditorProps) {
  return (
    <Input
      id={id}
      type="time"
      className={styles.full}
      aria-label={field.label}
      value={asString(value)}
      autoFocus={autoFocus}
      status={invalid ? "error" : undefined}
      onChange={(event) => onChange(event.target.value || null)}
    />
  );
}

/** The parts of the day that Chinese clocks name, those before noon first. */
const time =
  /^(?:(凌晨|清晨|早上|上午)|(中午|下午|傍晚|晚上))?\s*(\d{1,2}):(\d{2})(?::00)?\s*([ap]m)?$/i;

/** "9:30", "9:30 PM", "下午9:30", as screens show it; what is none is left to the server to refuse. */
function parseTime(text: string) {
  const plain = text.normalize("NFKC").trim();
  if (plain === "") return null;
  const [, early, late, hours, minutes, half] = time.exec(plain) ?? [];
  const halved = early ?? late ?? half;
  const hour = Number(hours);
  if (hours === undefined || (halved && hour > 12)) return text;
  const isLate = late !== undefined || half?.toLowerCase() === "pm";
  const at = halved ? (hour % 12) + (isLate ? 12 : 0) : hour;
  return `${String(at).padStart(2, "0")}:${minutes}`;
}

export const timeType: FieldType = {
  Display: TimeDisplay,
  Editor: TimeEditor,
  inline: "text",
  width: 110,
  toText: (value, _field, format) => format.timeOfDay(asString(value)),
  toInput: asString,
  parse: parseTime,
};
