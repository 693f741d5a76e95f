import { type DisplayProps, type FieldType, isBlank } from "@/objects/fields/fieldType";

const toText = (value: unknown) => (isBlank(value) ? "" : JSON.stringify(value));

function JsonDisplay({ value }: DisplayProps) {
  return <code>{toText(value)}</code>;
}

/** Structured values are shown; they are changed where they come from. */
export const jsonType: FieldType = {
  Display: JsonDisplay,
  Editor: JsonDisplay,
  inline: "none",
  width: 200,
  toText,
};
