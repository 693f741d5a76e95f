/** Live changes, one stream for all tabs of a browser where it can share one. */
import { type LiveMessage, openStream } from "@/api/liveStream";
import type { TabMessage } from "@/api/liveTabs";

export type { Change, LiveMessage } from "@/api/liveStream";

let connected = false;

/** Whether changes arrive by themselves just now, so that nothing needs to be asked for again and again. */
export const isLive = () => connected;

/** Listens until the returned function is called; `from` says from when on what is shown dates. */
export function listen(tell: (message: LiveMessage) => void, from: () => number): () => void {
  function hear(message: LiveMessage) {
    if (message.kind === "connected") connected = message.connected;
    tell(message);
  }
  if ("SharedWorker" in window) return shareStream(hear, from);
  if (!("EventSource" in window)) return () => undefined;
  const stream = openStream(hear);
  stream.open(from());
  return stream.close;
}

function shareStream(hear: (message: LiveMessage) => void, from: () => number) {
  const { port } = new SharedWorker(new URL("./live.worker.ts", import.meta.url), {
    type: "module",
    name: "guanxi-live",
  });
  const post = (message: TabMessage) => port.postMessage(message);
  const hello = () => post({ from: from() });
  const bye = () => post("bye");
  port.onmessage = ({ data }: MessageEvent<LiveMessage>) => hear(data);
  hello();
  window.addEventListener("pageshow", hello);
  window.addEventListener("pagehide", bye);
  return () => {
    window.removeEventListener("pageshow", hello);
    window.removeEventListener("pagehide", bye);
    bye();
    port.close();
  };
}
