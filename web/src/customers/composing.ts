/** What the composer can write, and which fields each asks for. */
import { type LucideIcon, Mail, MapPin, PenLine, Phone, SquareCheckBig } from "lucide-react";
import type { Values } from "@/api/records";

export const modes = ["note", "call", "visit", "email", "task"] as const;
export type Mode = (typeof modes)[number];

export const isMode = (value: unknown): value is Mode => modes.includes(value as Mode);

interface Form {
  icon: LucideIcon;
  object: "interaction" | "task";
  /** One line above the text; the name of its field. */
  headline?: string;
  text: string;
  /** Further fields, by name. */
  more: string[];
  given: Values;
}

export const forms: Record<Mode, Form> = {
  note: {
    icon: PenLine,
    object: "interaction",
    text: "body",
    more: [],
    given: { channel: "note" },
  },
  call: {
    icon: Phone,
    object: "interaction",
    headline: "subject",
    text: "body",
    more: ["direction", "happened_at", "outcome"],
    given: { channel: "call", direction: "out" },
  },
  visit: {
    icon: MapPin,
    object: "interaction",
    headline: "subject",
    text: "body",
    more: ["happened_at", "outcome"],
    given: { channel: "visit", direction: "out" },
  },
  email: {
    icon: Mail,
    object: "interaction",
    headline: "subject",
    text: "body",
    more: ["direction", "happened_at"],
    given: { channel: "email", direction: "out" },
  },
  task: {
    icon: SquareCheckBig,
    object: "task",
    headline: "title",
    text: "description",
    more: ["due_on", "kind", "owner"],
    given: {},
  },
};

const filled = (value: unknown) => typeof value === "string" && value.trim() !== "";

/** Nothing is sent that says nothing: a task needs its title, a contact either line. */
export function canSend(mode: Mode, values: Values) {
  const { headline, text } = forms[mode];
  if (mode === "task") return filled(values.title);
  return filled(values[text]) || (headline !== undefined && filled(values[headline]));
}

/** What of one draft another kind can take over, so that changing the kind loses no words. */
export function carryOver(from: Mode, to: Mode, values: Values): Values {
  const [old, next] = [forms[from], forms[to]];
  const carried: Values = {};
  if (filled(values[old.text])) carried[next.text] = values[old.text];
  const headline = old.headline && values[old.headline];
  if (next.headline && filled(headline)) carried[next.headline] = headline;
  return carried;
}
