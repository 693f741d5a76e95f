import type { KeyboardEvent } from "react";

/** While an input method composes, Enter and Esc belong to it. Some browsers only say so by key code 229. */
export const isComposing = (event: KeyboardEvent) =>
  event.nativeEvent.isComposing || event.keyCode === 229;

/** Ctrl/Cmd-Enter: sends a text of several lines. */
export const isSend = (event: KeyboardEvent) =>
  event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isComposing(event);

/** The key of commands on this system. */
export const commandKey = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "")
  ? "⌘"
  : "Ctrl";

export const sendKeys = `${commandKey} ↵`;

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  isComposing: boolean;
  target: EventTarget | null;
}

const takesLetters =
  "input, textarea, select, [contenteditable], [role=menu], [role=dialog], [role=gridcell]";

/** Words typed into a box or a cell, keys of a menu or a dialog, shortcuts of the browser, and all that
 * belongs to an input method are not for the page. */
export function isForElsewhere({ ctrlKey, metaKey, altKey, isComposing, target }: Pressed) {
  if (ctrlKey || metaKey || altKey || isComposing) return true;
  return target instanceof HTMLElement && target.closest(takesLetters) !== null;
}
