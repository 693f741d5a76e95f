/** Holds the one stream of a browser and passes what it tells on to every tab. */
import { openStream } from "@/api/liveStream";

declare const self: { onconnect: ((event: MessageEvent) => void) | null };

const tabs = new Set<MessagePort>();
const stream = openStream((message) => {
  for (const tab of tabs) tab.postMessage(message);
});

self.onconnect = ({ ports: [tab] }) => {
  if (!tab) return;
  tab.onmessage = ({ data }) => {
    if (data === "bye") tabs.delete(tab);
    else tabs.add(tab);
    if (tabs.size === 0) stream.close();
    else stream.open();
    if (data !== "bye") tab.postMessage({ kind: "connected", connected: stream.isOpen() });
  };
};
