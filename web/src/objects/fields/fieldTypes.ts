/** The one map from a field's type to everything the client does with it. */
import type { FieldMeta, FieldTypeName, RecordRow } from "@/api/types";
import { booleanType } from "@/objects/fields/BooleanField";
import { choiceType, multiChoiceType } from "@/objects/fields/ChoiceField";
import { dateTimeType, dateType } from "@/objects/fields/DateField";
import { fileType } from "@/objects/fields/FileField";
import type { FieldType } from "@/objects/fields/fieldType";
import { jsonType } from "@/objects/fields/JsonField";
import { linkType } from "@/objects/fields/LinkField";
import {
  decimalType,
  floatType,
  moneyType,
  numberType,
  percentType,
  scoreType,
} from "@/objects/fields/NumberField";
import { tagsType } from "@/objects/fields/TagsField";
import { emailType, longTextType, phoneType, textType, urlType } from "@/objects/fields/TextField";
import { timeType } from "@/objects/fields/TimeField";

const fieldTypes: Record<FieldTypeName, FieldType> = {
  text: textType,
  long_text: longTextType,
  email: emailType,
  phone: phoneType,
  url: urlType,
  number: numberType,
  decimal: decimalType,
  float: floatType,
  money: moneyType,
  percent: percentType,
  score: scoreType,
  boolean: booleanType,
  date: dateType,
  datetime: dateTimeType,
  time: timeType,
  choice: choiceType,
  multi_choice: multiChoiceType,
  link: linkType,
  tags: tagsType,
  file: fileType,
  json: jsonType,
};

export const typeOf = (field: FieldMeta): FieldType => fieldTypes[field.type] ?? textType;

/** What a mask leaves is a text, whatever the field holds. */
const maskedType: FieldType = { ...textType, inline: "none" };

/** How its values are shown: masked ones as what is left of them. */
export const shownAs = (field: FieldMeta): FieldType =>
  field.masked ? { ...maskedType, width: typeOf(field).width } : typeOf(field);

/** The value as the server takes it; what is empty is null, or "" where the column has no null. */
export function toWire(field: FieldMeta, value: unknown) {
  const convert = typeOf(field).toWire;
  const wire = convert ? convert(value) : value;
  return wire ?? (field.nullable === false && textual.has(field.type) ? "" : null);
}

const textual = new Set<FieldTypeName>(["text", "long_text", "email", "phone", "url", "choice"]);

/** May this user change this field of this record? The server has said; it is not worked out again. */
export const isEditable = (field: FieldMeta, record: RecordRow) =>
  !field.read_only && record.can.includes("change") && shownAs(field).inline !== "none";
