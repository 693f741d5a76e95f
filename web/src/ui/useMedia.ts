import { useSyncExternalStore } from "react";

/** Whether a media query holds now, and whenever that changes. */
export function useMedia(query: string) {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}

/** As narrow as a phone, where style sheets say the same. */
export const useIsNarrow = () => useMedia("(max-width: 767px)");
