import type { KeyboardEvent } from "react";

/** While an input method composes, Enter and Esc belong to it. Some browsers only say so by key code 229. */
export const isComposing = (event: KeyboardEvent) =>
  event.nativeEvent.isComposing || event.keyCode === 229;

/** Ctrl/Cmd-Enter: sends a text of several lines. */
export const isSend = (event: KeyboardEvent) =>
  event.key === "Enter" && (event.ctrlKey || event.metaKey) && !isComposing(event);

export const sendKeys = /Mac|iPhone|iPad/.test(globalThis.navigator?.userAgent ?? "")
  ? "⌘ ↵"
  : "Ctrl ↵";
