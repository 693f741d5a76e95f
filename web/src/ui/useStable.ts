import { useCallback, useLayoutEffect, useRef } from "react";

/** A function that never changes and always does what the newest one does: for memoized children. */
export function useStable<Args extends unknown[], Result>(run: (...args: Args) => Result) {
  const newest = useRef(run);
  useLayoutEffect(() => {
    newest.current = run;
  });
  return useCallback((...args: Args) => newest.current(...args), []);
}
