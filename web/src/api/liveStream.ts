/** One stream of live changes from the server. */

/** Some of these records changed (null: many), by the request of that id. */
export interface Change {
  object: string;
  ids: string[] | null;
  request: string | null;
}

/** `anew`: too much was missed, all that is shown must be asked for again. */
export type LiveMessage =
  | ({ kind: "change" } & Change)
  | { kind: "anew" }
  | { kind: "connected"; connected: boolean };

const address = "/api/v1/live";
const retryAfter = 20_000;

/** Opens the stream and keeps it open; the browser itself mends short interruptions. */
export function openStream(tell: (message: LiveMessage) => void) {
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let told = 0;
  let refusedFrom = Number.POSITIVE_INFINITY;

  /** Tells all that changed after `from`, in milliseconds of the epoch. */
  function open(from: number) {
    clearTimeout(timer);
    if (source && source.readyState !== EventSource.CLOSED) return;
    told = Math.min(from, refusedFrom);
    source = new EventSource(`${address}?age=${Math.max(0, Math.round(Date.now() - told))}`);
    source.onopen = () => {
      refusedFrom = Number.POSITIVE_INFINITY;
      tell({ kind: "connected", connected: true });
    };
    source.onerror = () => {
      tell({ kind: "connected", connected: false });
      // Refused, as when nobody is signed in: only we can try again.
      if (source?.readyState === EventSource.CLOSED) {
        refusedFrom = told;
        timer = setTimeout(() => open(refusedFrom), retryAfter);
      }
    };
    source.addEventListener("anew", () => tell({ kind: "anew" }));
    source.addEventListener("change", ({ data }) =>
      tell({ kind: "change", ...(JSON.parse(data) as Change) }),
    );
  }

  function close() {
    clearTimeout(timer);
    source?.close();
    source = null;
    refusedFrom = Number.POSITIVE_INFINITY;
  }

  return {
    open,
    close,
    isOpen: () => source?.readyState === EventSource.OPEN,
    /** The moment after which all is told. */
    toldFrom: () => told,
  };
}

export type Stream = ReturnType<typeof openStream>;
