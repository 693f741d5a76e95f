/** The shapes the server speaks: generated where its document says them, by hand where it cannot. */
import type { components } from "@/api/schema";

export type Schemas = components["schemas"];

export type FieldTypeName =
  | "text"
  | "long_text"
  | "email"
  | "phone"
  | "url"
  | "number"
  | "decimal"
  | "float"
  | "money"
  | "percent"
  | "score"
  | "boolean"
  | "date"
  | "datetime"
  | "time"
  | "choice"
  | "multi_choice"
  | "link"
  | "tags"
  | "file"
  | "json";

export interface Choice {
  value: string;
  label: string;
  color?: string | null;
  /** Shown where it was picked, and no longer offered. */
  archived?: boolean;
}

export interface FieldMeta {
  name: string;
  label: string;
  help?: string | null;
  type: FieldTypeName;
  required: boolean;
  read_only: boolean;
  sortable: boolean;
  filterable: boolean;
  choices?: Choice[] | null;
  /** Object a link points at. */
  target?: string | null;
  decimal_places?: number | null;
  /** Name of the field that holds the currency of a money field. */
  currency?: string | null;
  max_length?: number | null;
  multiple?: boolean | null;
  /** Whether a list may be grouped by it. */
  groupable?: boolean;
  /** Whether a board may have a column for each of its values. */
  board?: boolean;
  /** An absent value is null; where it is not, it is an empty text. */
  nullable?: boolean;
  personal?: boolean;
  /** What is shown is only what a mask leaves of its values. */
  masked?: boolean;
  /** Of some records it shows a mask to everybody, and the value to whoever may reveal it. */
  seals?: boolean;
  /** What a new record gets when nothing is said. */
  default?: unknown;
  operators: string[];
  /** Where its files are sent, and how large one may be. */
  upload?: string;
  limit_bytes?: number;
  /** Objects whose records its value is made of: it changes with them. */
  reads?: string[];
  /** Whether it may be required or locked by a condition; the server tells of a draft. */
  ruled?: boolean;
  /** Its value is in no column of the record: conditions of fields cannot ask for it. */
  beyond?: boolean;
}

/** A business verb on a record. */
export interface Action {
  name: string;
  label: string;
  icon: string;
  /** What the record is like afterwards, where a board can tell. */
  sets?: { field: string; value: string } | null;
}

export interface ObjectMeta {
  name: string;
  path: string;
  area: string;
  icon: string;
  label: string;
  label_plural: string;
  /** What the firm says such a record is. */
  description?: string;
  title_field: string;
  can: string[];
  fields: FieldMeta[];
  list: { columns: string[]; sort: string };
  groups: { name: string; label: string; fields: string[] }[];
  /** What a new record is asked for at once. */
  form: string[];
  search: boolean;
  /** The fields of a new record by which the server finds those that it may be; none: it does not. */
  duplicates?: string[];
  /** Fields in which a text may say others as well, such as the street a whole address. */
  wholes?: { field: string; parts: string[] }[];
  actions: Action[];
  /** The values of a field with which the work on a record has ended. */
  finished?: { field: string; values: string[] } | null;
  /** Lists of other records that point here by `field`. */
  related?: { name: string; object: string; field: string; label: string }[];
}

export interface LinkValue {
  id: string;
  label: string;
}

export interface TagValue extends LinkValue {
  color?: string | null;
}

/** A file that a field holds; of one that is erased there is but the id. */
export interface FileValue {
  id: string;
  label: string | null;
  media_type?: string;
  size?: number;
}

/** One row of any object: its fields beside the few every record has. */
export interface RecordRow {
  id: string;
  updated_at?: string;
  can: string[];
  [field: string]: unknown;
}

export type Slow = Schemas["SlowOut"];

export interface Page<T> {
  items: T[];
  next: string | null;
  /** Told to administrators where a list took long: what could be indexed. */
  slow?: Slow | null;
}

export type Count = Schemas["CountOut"];

/** Measures are named after their field: "sum_total", "avg_total"; "unrated_total" could not be converted. */
export interface Totals {
  count: number;
  [measure: `${"sum" | "avg" | "min" | "max"}_${string}`]: string | null;
  [counted: `${"empty" | "unrated"}_${string}`]: number;
}

export interface Group extends Totals {
  key: string | number | boolean | null;
  label: string | null;
}

export interface Aggregate {
  groups: Group[];
  total: Totals;
  at_least: boolean;
}

/** The records of one value: what they add up to, and the first of them. */
export interface Column extends Totals, Page<RecordRow> {
  key: string | null;
  label: string | null;
}

export interface Board {
  columns: Column[];
  /** There are more columns than shown. */
  at_least: boolean;
}

export type Theme = "system" | "light" | "dark";
export type Density = "comfortable" | "compact";

export interface User {
  id: string;
  username: string;
  full_name: string;
  email: string;
  /** Absent: as the browser says. */
  language: string | null;
  theme: Theme;
  density: Density;
  time_zone: string;
  role: { name: string; label: string };
  team: LinkValue | null;
  /** May change settings, users and roles. */
  administer: boolean;
  preferences: Record<string, unknown>;
}

export interface Workspace {
  name: string;
  language: string;
  time_zone: string;
  currency: string;
  week_start: number;
  is_demo: boolean;
}

export interface Session {
  user: User | null;
  /** Absent until the workspace is set up. */
  workspace: Workspace | null;
  languages: string[];
  setup_needed: boolean;
  /** The role needs a second factor, which is to be added first. */
  add_factor: boolean;
  /** The password was right; one of these kinds of factor is still to be proved. */
  prove: string[];
  version: string;
  /** To whoever is not signed in: other systems by which they may. */
  providers?: { id: string; name: string }[];
  /** What the last try by one of them came to, in words. */
  problem?: string | null;
  demo_users?:
    | { username: string; full_name: string; role_label: string; password?: string }[]
    | null;
}

export type Job = Schemas["JobOut"];

/** Records that something was said of: how many the reader sees, and the filter of their list. */
export interface CountedRecords {
  object: string;
  count: number;
  label: string;
  filter: Filter;
}

export type Filter =
  | { and: Filter[] }
  | { or: Filter[] }
  | { not: Filter }
  | { has: string; where?: Filter | null }
  | { has_no: string; where?: Filter | null }
  | { refused_by: string }
  | { finding: string }
  | { movement: string }
  | { stage_moved: string }
  | { cohort: string }
  | Condition;

export interface Condition {
  field: string;
  op: string;
  value?: unknown;
}

export type ViewKind = "table" | "board" | "calendar" | "chart";
export type Span = "month" | "week";
export type Shape = "bar" | "line" | "donut";

export interface ViewDefinition {
  columns?: string[];
  widths?: Record<string, number>;
  /** How many columns stay at the left. */
  pinned?: number;
  /** The figure under a column. */
  footer?: Record<string, string>;
  filter?: Filter | null;
  sort?: string;
  group?: string | null;
  /** What a board, calendar or chart is made by: "status", "due_on:month". */
  by?: string;
  /** The field that columns and bars add up. */
  sum?: string | null;
  span?: Span;
  shape?: Shape;
}

export type Shared = "private" | "team" | "everyone";

export interface SavedView {
  id: string;
  name: string;
  object: string;
  kind: ViewKind;
  definition: ViewDefinition;
  shared: Shared;
  owner: LinkValue | null;
  pinned: boolean;
  can: string[];
}

export type HistoryEntry = Schemas["ChangeOut"];

export type BulkAnswer = Schemas["BulkOut"];
