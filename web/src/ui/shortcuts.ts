import { useEffect, useRef } from "react";
import { isForElsewhere } from "@/ui/keys";

export interface Shortcut {
  /** One key, or two pressed one after the other: "c", "g h". */
  keys: string;
  label: string;
  run: () => void;
}

const patience = 1500;

/** Who waits for a second key: it is not the first one of somebody else's. */
let waiting: object | null = null;

/** Listens for the shortcuts on the whole page, before what is on it: after "g" a letter is nobody else's. */
export function useShortcuts(shortcuts: Shortcut[]) {
  const latest = useRef(shortcuts);
  latest.current = shortcuts;
  useEffect(() => {
    const me = {};
    let first = "";
    let timer: ReturnType<typeof setTimeout> | undefined;

    function wait(key: string) {
      clearTimeout(timer);
      first = key;
      waiting = key ? me : null;
      if (key) timer = setTimeout(wait, patience, "");
    }

    function onKey(event: KeyboardEvent) {
      if (isForElsewhere(event) || event.key === "Shift") return;
      if (waiting && waiting !== me) return;
      const keys = first ? `${first} ${event.key}` : event.key;
      const found = latest.current.find((shortcut) => shortcut.keys === keys);
      const begins = !first && latest.current.some(({ keys: k }) => k.startsWith(`${event.key} `));
      if (found || begins || first) {
        event.preventDefault();
        event.stopImmediatePropagation();
      }
      if (first || begins) wait(begins && !found ? event.key : "");
      found?.run();
    }

    document.addEventListener("keydown", onKey, { capture: true });
    return () => {
      if (waiting === me) wait("");
      document.removeEventListener("keydown", onKey, { capture: true });
    };
  }, []);
}
