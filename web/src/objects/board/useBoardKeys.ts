import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import type { Column, RecordRow } from "@/api/types";
import { placeOf, step } from "@/objects/board/columns";
import { isComposing } from "@/ui/keys";

interface Props {
  root: RefObject<HTMLElement | null>;
  columns: Column[];
  canReceive: (column: Column) => boolean;
  onPeek: (id: string) => void;
  onSelect: (id: string) => void;
  onMove: (record: RecordRow, to: Column) => void;
}

const arrows = new Set(["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End"]);

/**
 * Arrows go from card to card, with Ctrl/Cmd-Shift they take the card along. As in the grid, Space shows it at the
 * side and Shift-Space selects it; Enter opens it, as it is a link.
 */
export function useBoardKeys({ root, columns, canReceive, onPeek, onSelect, onMove }: Props) {
  const [chosen, setActive] = useState<string>();
  const hasFocus = useRef(false);
  const first = columns.find(({ items }) => items.length > 0)?.items[0]?.id;
  const active = placeOf(columns, chosen) ? chosen : first;

  const focus = (id: string | undefined) =>
    root.current?.querySelector<HTMLElement>(`[data-card="${id}"] a`)?.focus();

  // A card that changes its column is drawn anew there: the focus it had follows it.
  // biome-ignore lint/correctness/useExhaustiveDependencies: only when the columns have changed
  useLayoutEffect(() => {
    if (hasFocus.current && document.activeElement === document.body) focus(active);
  }, [columns]);

  function onFocus({ target }: FocusEvent) {
    const card = target.closest<HTMLElement>("[data-card]")?.dataset.card;
    hasFocus.current = card !== undefined;
    if (card) setActive(card);
  }

  function onBlur({ target }: FocusEvent) {
    if (target.isConnected) hasFocus.current = false;
  }

  function moveBy(sideways: number) {
    const from = placeOf(columns, active);
    const record = from && columns[from.column]?.items[from.row];
    if (!from || !record) return;
    let at = from.column + sideways;
    while (columns[at] && !canReceive(columns[at] as Column)) at += sideways;
    const to = columns[at];
    onMove(record, to ?? (columns[from.column] as Column));
  }

  function onKeyDown(event: KeyboardEvent) {
    const card = (event.target as Element).closest<HTMLElement>("[data-card]")?.dataset.card;
    const from = placeOf(columns, card);
    if (!card || !from || isComposing(event) || event.altKey) return;
    const takesAlong = (event.ctrlKey || event.metaKey) && event.shiftKey;
    if (arrows.has(event.key) && (takesAlong || !(event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      if (!takesAlong) focus(step(columns, from, event.key)?.id);
      else if (event.key === "ArrowLeft") moveBy(-1);
      else if (event.key === "ArrowRight") moveBy(1);
    } else if (event.key === " ") {
      event.preventDefault();
      if (event.shiftKey) onSelect(card);
      else onPeek(card);
    }
  }

  return { active, events: { onKeyDown, onFocus, onBlur } };
}
