/**
 * The box of the active cell. It is there and focused before anything is typed, only unseen, so that the first key
 * lands in it and an input method can start composing at once: "张" typed over a cell arrives as 张, not as z.
 */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import type { EditMode } from "@/objects/grid/gridTypes";
import styles from "./grid.module.css";

interface Props {
  label: string;
  text: string;
  mode: EditMode | null;
  align?: "end";
  onStart: () => void;
  onCommit: (text: string, step?: { row?: number; column?: number }) => void;
  onCancel: () => void;
}

export function CellText({ label, text, mode, align, onStart, onCommit, onCancel }: Props) {
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState("");
  const done = useRef(false);

  useEffect(() => {
    input.current?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    done.current = false;
    if (mode === "modify") {
      setDraft(text);
      requestAnimationFrame(() => input.current?.select());
    }
    if (mode === null) setDraft("");
  }, [mode, text]);

  function commit(step?: { row?: number; column?: number }) {
    if (done.current) return;
    done.current = true;
    onCommit(draft, step);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (!mode || event.nativeEvent.isComposing || event.keyCode === 229) return;
    const back = event.shiftKey ? -1 : 1;
    if (event.key === "Enter") commit({ row: back });
    else if (event.key === "Tab") commit({ column: back });
    else if (event.key === "Escape") {
      done.current = true;
      onCancel();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <input
      ref={input}
      className={mode ? styles.box : styles.ghost}
      data-idle={mode ? undefined : true}
      data-align={align}
      aria-label={label}
      value={draft}
      autoComplete="off"
      onCompositionStart={() => mode || onStart()}
      onChange={(event) => {
        if (!mode) onStart();
        setDraft(event.target.value);
      }}
      onKeyDown={onKeyDown}
      onBlur={() => mode && commit()}
    />
  );
}
