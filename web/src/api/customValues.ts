/** Custom fields travel in a map of their own. In here each is a field like any other, named "custom.rank". */
import type { Page, RecordRow } from "@/api/types";

const prefix = "custom.";

export const isCustom = (name: string) => name.startsWith(prefix);

/** A record as it came, with every field beside the others. */
export function flat({ custom, ...row }: RecordRow): RecordRow {
  const own = Object.entries((custom ?? {}) as Record<string, unknown>);
  return { ...row, ...Object.fromEntries(own.map(([key, value]) => [prefix + key, value])) };
}

export const flatPage = <T extends Page<RecordRow>>(page: T): T => ({
  ...page,
  items: page.items.map(flat),
});

/** Values by field name, as they are sent. */
export function nested(values: Record<string, unknown>): Record<string, unknown> {
  const entries = Object.entries(values);
  const custom = entries.filter(([name]) => isCustom(name));
  if (custom.length === 0) return values;
  return {
    ...Object.fromEntries(entries.filter(([name]) => !isCustom(name))),
    custom: Object.fromEntries(custom.map(([name, value]) => [name.slice(prefix.length), value])),
  };
}
