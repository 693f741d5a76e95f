/** Lets many tabs hear one stream, each from the moment on at which it asked for what it shows. */
import type { LiveMessage, Stream } from "@/api/liveStream";

/** A tab is there, and shows what it asked for after `from`; or it is gone. */
export type TabMessage = { from: number } | "bye";

interface Tab {
  postMessage: (message: LiveMessage) => void;
}

const remembered = 200;

export function shareAmongTabs(openStream: (tell: (message: LiveMessage) => void) => Stream) {
  const tabs = new Set<Tab>();
  let recent: { at: number; message: LiveMessage }[] = [];
  let forgottenUntil = 0;

  const stream = openStream((message) => {
    if (message.kind !== "connected") recent.push({ at: Date.now(), message });
    if (recent.length > remembered) forgottenUntil = recent.shift()?.at ?? 0;
    for (const tab of tabs) tab.postMessage(message);
  });

  function hello(tab: Tab, from: number) {
    if (tabs.size === 0) recent = [];
    const joins = tabs.size > 0 && !tabs.has(tab);
    tabs.add(tab);
    stream.open(from);
    tab.postMessage({ kind: "connected", connected: stream.isOpen() });
    if (!joins) return;
    if (from < Math.max(stream.toldFrom(), forgottenUntil)) tab.postMessage({ kind: "anew" });
    else for (const { at, message } of recent) if (at >= from) tab.postMessage(message);
  }

  return (tab: Tab, message: TabMessage) => {
    if (message !== "bye") return hello(tab, message.from);
    tabs.delete(tab);
    if (tabs.size === 0) stream.close();
  };
}
