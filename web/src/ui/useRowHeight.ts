import { useSyncExternalStore } from "react";

const heights = { comfortable: 40, compact: 32 };

function watch(changed: () => void) {
  const observer = new MutationObserver(changed);
  observer.observe(document.documentElement, { attributeFilter: ["data-density"] });
  return () => observer.disconnect();
}

/** Height of a row of a list in the density now chosen. */
export function useRowHeight() {
  return useSyncExternalStore(watch, () =>
    document.documentElement.dataset.density === "compact" ? heights.compact : heights.comfortable,
  );
}
