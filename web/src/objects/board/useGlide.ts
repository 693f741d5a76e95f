import { type RefObject, useLayoutEffect, useRef } from "react";

const milliseconds = 180;

/** Lets cards glide to where they belong now, instead of jumping; places are those in their columns, unscrolled. */
export function useGlide(board: RefObject<HTMLElement | null>, columns: unknown) {
  const places = useRef(new Map<string, [number, number]>());
  // biome-ignore lint/correctness/useExhaustiveDependencies: cards change place when the columns do
  useLayoutEffect(() => {
    const before = places.current;
    const now = new Map<string, [number, number]>();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    for (const card of board.current?.querySelectorAll<HTMLElement>("[data-card]") ?? []) {
      const id = card.dataset.card ?? "";
      const list = card.parentElement;
      const place: [number, number] = [list?.parentElement?.offsetLeft ?? 0, card.offsetTop];
      now.set(id, place);
      const [left, top] = before.get(id) ?? place;
      const [x, y] = [left - place[0], top - place[1]];
      if (!still && (x !== 0 || y !== 0)) {
        card.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], {
          duration: milliseconds,
          easing: "ease-out",
        });
      }
    }
    places.current = now;
  }, [columns]);
}
