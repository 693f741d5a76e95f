/** The keys of the attention list, as in any triage inbox. */

export type KeyAction = "next" | "previous" | "do" | "snooze" | "dismiss" | "open";

const actions: Record<string, KeyAction> = {
  j: "next",
  k: "previous",
  e: "do",
  s: "snooze",
  x: "dismiss",
  Enter: "open",
};

interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  target: EventTarget | null;
}

/** Words typed into a box, keys of a menu or a button, and browser shortcuts are not for the list. */
export function keyAction(event: Pressed): KeyAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  const action = actions[event.key] ?? null;
  const { target } = event;
  if (!action || !(target instanceof HTMLElement)) return action;
  if (target.closest("input, textarea, select, [contenteditable], [role=menu], [role=dialog]")) {
    return null;
  }
  return action === "open" && target.closest("a, button") ? null : action;
}
