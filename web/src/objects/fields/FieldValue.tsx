import type { FieldMeta, RecordRow } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";
import { shownAs } from "@/objects/fields/fieldTypes";

interface Props {
  field: FieldMeta;
  value: unknown;
  record?: RecordRow;
}

/** A field's value as it is shown anywhere; a dash where there is none. */
export function FieldValue({ field, value, record }: Props) {
  const { Display } = shownAs(field);
  if (isBlank(value)) return <span className="secondary">–</span>;
  return <Display field={field} value={value} record={record} />;
}
