/** The keys of the attention list, as in any triage inbox. */
import { isForElsewhere, type Pressed } from "@/ui/keys";

export type KeyAction = "next" | "previous" | "do" | "snooze" | "dismiss" | "open";

const actions: Record<string, KeyAction> = {
  j: "next",
  k: "previous",
  e: "do",
  s: "snooze",
  x: "dismiss",
  Enter: "open",
};

/** What a key does to the list; nothing if it is meant for something else. */
export function keyAction(event: Pressed): KeyAction | null {
  if (isForElsewhere(event)) return null;
  const action = actions[event.key] ?? null;
  const { target } = event;
  if (!(target instanceof HTMLElement)) return action;
  return action === "open" && target.closest("a, button") ? null : action;
}
