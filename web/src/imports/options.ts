/** The choices of an import, each with its possible answers. Texts: imports.option.<name>. */
import type { Import, ImportOptions, ImportTarget } from "@/imports/importsApi";

const answers = {
  kind: ["person", "organization"],
  on_match: ["update", "fill", "skip"],
  on_ambiguous: ["ask", "new", "skip"],
  owner: ["me", "nobody"],
  unknown_customer: ["create", "anonymous", "reject"],
  customer_kind: ["person", "organization"],
  no_customer: ["anonymous", "reject"],
  negative: ["return", "adjustment", "reject"],
  not_positive_price: ["adjustment", "return", "reject"],
} as const;

export type OptionName = keyof typeof answers;
export const optionNames = Object.keys(answers) as OptionName[];

/** Only customers can be filled up; other records are updated or left alone. */
export const answersOf = (name: OptionName, target: string): readonly string[] =>
  name === "on_match" && target !== "customer"
    ? answers[name].filter((answer) => answer !== "fill")
    : answers[name];

/** Options with words instead of a list of answers. */
export const textOptions = ["return_prefix", "source", "customer_source"] as const;
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
