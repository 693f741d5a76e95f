import { expect, test, vi } from "vitest";
import type { LiveMessage } from "@/api/liveStream";
import { shareAmongTabs } from "@/api/liveTabs";

function browser() {
  let tell: (message: LiveMessage) => void = () => undefined;
  let from = 0;
  const stream = {
    open: vi.fn((moment: number) => {
      from ||= moment;
    }),
    close: vi.fn(() => {
      from = 0;
    }),
    isOpen: () => true,
    toldFrom: () => from,
  };
  const receive = shareAmongTabs((passOn) => {
    tell = passOn;
    return stream;
  });
  const tab = () => {
    const heard: LiveMessage[] = [];
    return { heard, postMessage: (message: LiveMessage) => void heard.push(message) };
  };
  const change = (id: string) =>
    tell({ kind: "change", object: "customer", ids: [id], request: null });
  return { stream, receive, tab, change };
}

const changes = (heard: LiveMessage[]) =>
  heard.filter(({ kind }) => kind !== "connected").map((m) => ("ids" in m ? m.ids?.[0] : m.kind));

test("a tab that joins is told what changed since it asked for what it shows", () => {
  vi.useFakeTimers({ now: 1000 });
  const { receive, tab, change, stream } = browser();
  const [first, second, old] = [tab(), tab(), tab()];
  receive(first, { from: 900 });
  expect(stream.open).toHaveBeenCalledWith(900);
  change("a");
  vi.setSystemTime(2000);
  change("b");
  receive(second, { from: 1500 });
  receive(old, { from: 800 });
  change("c");
  expect(changes(first.heard)).toEqual(["a", "b", "c"]);
  expect(changes(second.heard)).toEqual(["b", "c"]);
  expect(changes(old.heard)).toEqual(["anew", "c"]);
  vi.useRealTimers();
});

test("the stream is closed after the last tab", () => {
  const { receive, tab, stream } = browser();
  const [first, second] = [tab(), tab()];
  receive(first, { from: 1 });
  receive(second, { from: 1 });
  receive(first, "bye");
  expect(stream.close).not.toHaveBeenCalled();
  receive(second, "bye");
  expect(stream.close).toHaveBeenCalled();
});
