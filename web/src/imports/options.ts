/** The choices of an import, each with its possible answers. Texts: imports.option.<name>. */
import type { Import, ImportOptions, ImportTarget } from "@/imports/importsApi";

export const answers = {
  kind: ["person", "organization"],
  on_match: ["update", "fill", "skip"],
  on_ambiguous: ["ask", "new", "skip"],
  owner: ["me", "nobody"],
  unknown_customer: ["create", "anonymous", "reject"],
  no_customer: ["anonymous", "reject"],
  negative: ["return", "adjustment", "reject"],
  not_positive_price: ["keep", "adjustment", "reject"],
} as const;

export type OptionName = keyof typeof answers;
export const optionNames = Object.keys(answers) as OptionName[];

/** Options with words instead of a list of answers. */
export const textOptions = ["currency", "source"] as const;
export type TextOption = (typeof textOptions)[number];

/** What holds now: what was chosen for this import, else what the target begins with. */
export const optionsInForce = (target: ImportTarget, imported: Import): ImportOptions => ({
  ...target.options,
  ...imported.options,
});

export const encodings = ["utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be", "cp1252"] as const;
export const delimiters = [",", "\t", ";", "|"] as const;
export const dateOrders = ["dmy", "mdy"] as const;
export const decimalMarks = [".", ","] as const;
