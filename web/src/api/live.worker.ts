/** Holds the one stream of a browser and passes what it tells on to every tab. */
import { openStream } from "@/api/liveStream";
import { shareAmongTabs, type TabMessage } from "@/api/liveTabs";

declare const self: { onconnect: ((event: MessageEvent) => void) | null };

const receive = shareAmongTabs(openStream);

self.onconnect = ({ ports: [tab] }) => {
  if (tab) tab.onmessage = ({ data }: MessageEvent<TabMessage>) => receive(tab, data);
};
