/** A rectangle of cells, and what pasted texts mean in it. */
import type { TFunction } from "i18next";
import type { FieldMeta, RecordRow } from "@/api/types";
import { isEditable, shownAs, typeOf } from "@/objects/fields/fieldTypes";
import type { Cell, GridColumn } from "@/objects/grid/gridTypes";
import type { Format } from "@/ui/format";

export interface Block {
  top: number;
  bottom: number;
  left: number;
  right: number;
}

export const blockOf = (one: Cell, other: Cell): Block => ({
  top: Math.min(one.row, other.row),
  bottom: Math.max(one.row, other.row),
  left: Math.min(one.column, other.column),
  right: Math.max(one.column, other.column),
});

export const isOneCell = ({ top, bottom, left, right }: Block) => top === bottom && left === right;

/** A text on its way into a cell. */
export interface Pasted {
  record: RecordRow;
  field: FieldMeta;
  text: string;
}

export const faultKey = (record: RecordRow, field: FieldMeta) => `${record.id} ${field.name}`;

export const cellText = (record: RecordRow, field: FieldMeta, format: Format) =>
  shownAs(field).toText(record[field.name], field, format, record);

/** What goes where: one text fills the block, several lie from its corner on. Null: they do not fit in. */
export function place(
  texts: string[][],
  block: Block,
  rows: RecordRow[],
  columns: GridColumn[],
): Pasted[] | null {
  const isOne = texts.length === 1 && texts[0]?.length === 1;
  const height = isOne ? block.bottom - block.top + 1 : texts.length;
  const found: Pasted[] = [];
  for (let down = 0; down < height; down += 1) {
    const line = texts[isOne ? 0 : down] ?? [];
    const width = isOne ? block.right - block.left + 1 : line.length;
    for (let across = 0; across < width; across += 1) {
      const record = rows[block.top + down];
      const field = columns[block.left + across]?.field;
      if (!record || !field) return null;
      found.push({ record, field, text: line[isOne ? 0 : across] ?? "" });
    }
  }
  return found;
}

export interface Named {
  id: string;
  label: string;
}

/** Records by the label people know them by, for each field that points to some. */
export type Names = Map<string, Named[]>;

const yes = new Set(["yes", "true", "1", "✓", "y", "是", "√"]);
const no = new Set(["no", "false", "0", "–", "-", "n", "否", "✗"]);

const several = new Set(["tags", "multi_choice"]);

export const labelsIn = ({ field, text }: Pasted) =>
  several.has(field.type) ? text.split(/[,，、;；]/).map((one) => one.trim()) : [text.trim()];

/** The value of a pasted text, or why there is none. */
export function readText(
  pasted: Pasted,
  names: Names,
  t: TFunction,
): { value: unknown } | { fault: string } {
  const { record, field } = pasted;
  const text = pasted.text.trim();
  if (!isEditable(field, record)) return { fault: t("paste.locked") };
  if (text === "") {
    if (field.required) return { fault: t("paste.required") };
    return { value: several.has(field.type) ? [] : field.type === "boolean" ? false : null };
  }
  switch (field.type) {
    case "choice":
    case "multi_choice": {
      const found = labelsIn(pasted)
        .filter(Boolean)
        .map((word) => field.choices?.find(({ value, label }) => [value, label].includes(word)));
      const values = found.flatMap((choice) => choice?.value ?? []);
      if (values.length < found.length) return { fault: t("paste.noChoice") };
      return { value: field.type === "choice" ? values[0] : values };
    }
    case "boolean": {
      const word = text.toLowerCase();
      if (yes.has(word)) return { value: true };
      return no.has(word) ? { value: false } : { fault: t("paste.noBoolean") };
    }
    case "link":
    case "tags": {
      const links: Named[] = [];
      for (const label of labelsIn(pasted).filter(Boolean)) {
        const found = names.get(field.name)?.filter((one) => one.label === label) ?? [];
        const [one] = found;
        if (!one) return { fault: t("paste.noRecord", { label }) };
        if (found.length > 1) return { fault: t("paste.severalRecords", { label }) };
        links.push(one);
      }
      return { value: field.type === "tags" ? links : links[0] };
    }
    case "file":
      return { fault: t("paste.noFile") };
    case "long_text":
      return { value: pasted.text };
    default: {
      const value = typeOf(field).parse?.(text) ?? text;
      const isNumber = typeOf(field).align === "end";
      if (isNumber && !/^[-+]?(\d+\.?\d*|\.\d+)$/.test(String(value))) {
        return { fault: t("paste.noNumber") };
      }
      return { value: field.type === "number" ? Number(value) : value };
    }
  }
}
