import type { InfiniteData, QueryClient } from "@tanstack/react-query";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { get, isOwnRequest } from "@/api/client";
import { flat } from "@/api/customValues";
import { jobsQuery } from "@/api/jobs";
import { type Change, type LiveMessage, listen } from "@/api/live";
import { metaQuery, useObjects } from "@/api/meta";
import { recordQuery, recordsKey } from "@/api/records";
import type { ObjectMeta, Page, RecordRow } from "@/api/types";
import { showRolledUp } from "@/app/rolledUp";
import { layoutsKey } from "@/layouts/layoutsApi";
import { notificationsKey } from "@/notifications/notificationsApi";
import { patchRecord } from "@/objects/edit/recordCache";

const gatherFor = 300;
/** They cost more to read. */
const gatherRollUpsFor = 2_000;
const atOnce = 10;
const fewPages = 5;
const homeEvery = 5_000;
const answerWithin = 2_000;
const ofFiles = new Set<unknown>(["files", "history"]);
const onTimelines = new Set(["customer", "interaction", "task", "order", "consent"]);

/** Keeps what is on screen as it is on the server, without a row jumping away under the hand. */
export function useLive() {
  const client = useQueryClient();
  const objects = useObjects();
  useEffect(() => {
    const gathered = new Gathered((changes) => void show(client, objects, changes));
    const rolledUp = new Gathered(
      (changes) => void showRolledUp(client, objects, changes, mayMove),
      gatherRollUpsFor,
    );
    const stop = listen(
      (message) => {
        if (message.kind === "anew") void client.invalidateQueries();
        if (message.kind !== "change") return;
        rolledUp.add(message);
        if (!isOwnRequest(message.request)) gathered.add(message);
      },
      () => shownFrom(client),
    );
    return () => {
      stop();
      gathered.stop();
      rolledUp.stop();
    };
  }, [client, objects]);
}

/** When the oldest of what is shown was asked for; its answer came a little later. */
function shownFrom(client: QueryClient) {
  const answered = client.getQueryCache().findAll({ type: "active" });
  return (
    Math.min(Date.now(), ...answered.map(({ state }) => state.dataUpdatedAt || Date.now())) -
    answerWithin
  );
}

type Ids = Set<string> | null;

/** Changes by object, told together: a burst of them is one. */
class Gathered {
  private changes = new Map<string, Ids>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly tell: (changes: Map<string, Ids>) => void,
    private readonly wait = gatherFor,
  ) {}

  add({ object, ids }: Change & LiveMessage) {
    const known = this.changes.get(object);
    const all = ids === null || known === null ? null : new Set([...(known ?? []), ...ids]);
    this.changes.set(object, all);
    this.timer ??= setTimeout(() => {
      const { changes } = this;
      this.changes = new Map();
      this.timer = undefined;
      this.tell(changes);
    }, this.wait);
  }

  stop() {
    clearTimeout(this.timer);
  }
}

let homeShown = 0;

async function show(client: QueryClient, objects: ObjectMeta[], changes: Map<string, Ids>) {
  if (changes.has("job")) await client.invalidateQueries({ queryKey: jobsQuery.queryKey });
  if (changes.has("notification")) {
    await client.invalidateQueries({ queryKey: notificationsKey });
  }
  if (["custom_object", "custom_field", "layout"].some((name) => changes.has(name))) {
    await client.invalidateQueries({ queryKey: metaQuery.queryKey });
    await client.invalidateQueries({ queryKey: layoutsKey });
  }
  if (changes.has("presence")) await client.invalidateQueries({ queryKey: ["presence"] });
  if (changes.has("attachment")) await showFiles(client, changes.get("attachment") ?? null);
  if (changes.has("share")) await showShares(client);
  for (const [name, ids] of changes) {
    const object = objects.find((o) => o.name === name);
    if (object) await showRecords(client, object, ids);
  }
  if ([...changes.keys()].some((name) => onTimelines.has(name))) {
    await client.invalidateQueries({ queryKey: ["timeline"] });
    if (Date.now() - homeShown > homeEvery) {
      homeShown = Date.now();
      await client.invalidateQueries({ queryKey: ["insight"] });
    }
  }
}

type Pages = InfiniteData<Page<RecordRow>>;

/** The place in a grid is a row's number: while somebody is about to type there, no row may move. */
const handsOn = () => document.querySelector('[role="gridcell"][data-active="true"]') !== null;

/** Known rows change in place; a list of few pages is read again for new ones. */
async function showRecords(client: QueryClient, { path }: ObjectMeta, ids: Ids) {
  const key = recordsKey(path);
  const lists = client.getQueriesData<Pages>({ queryKey: [...key, "list"] });
  const known = [...(ids ?? [])].filter(
    (id) =>
      client.getQueryData(recordQuery(path, id).queryKey) !== undefined ||
      lists.some(([, data]) => data?.pages.some(({ items }) => items.some((r) => r.id === id))),
  );
  const few = ids !== null && ids.size <= atOnce && known.length === ids.size;
  if (few) {
    await Promise.all(known.map((id) => readAgain(client, path, id)));
  }
  await client.invalidateQueries({
    queryKey: key,
    predicate: ({ queryKey, state }) => {
      if (few && (queryKey[2] === "list" || queryKey[2] === "one")) return false;
      return mayMove(queryKey, state.data);
    },
  });
}

/** Whether rows may come, go and move: not of a long list, nor under somebody's hands. */
function mayMove(queryKey: readonly unknown[], data: unknown) {
  if (queryKey[2] !== "list") return true;
  return !handsOn() && ((data as Pages | undefined)?.pages.length ?? 0) <= fewPages;
}

/** Notices of files name the records they are on. */
const showFiles = (client: QueryClient, ids: Ids) =>
  client.invalidateQueries({
    predicate: ({ queryKey: [kind, ...rest] }) => {
      const id = kind === "timeline" ? rest[0] : rest[2];
      const tells = kind === "timeline" || (kind === "records" && ofFiles.has(rest[1]));
      return tells && (ids?.has(String(id)) ?? true);
    },
  });

/** With whom a record is shared decides who lists it and what they may do with it. */
const showShares = (client: QueryClient) =>
  client.invalidateQueries({
    predicate: ({ queryKey: [kind, , part] }) =>
      kind === "shares" ||
      kind === "timeline" ||
      (kind === "records" && !(part === "list" && handsOn())),
  });

async function readAgain(client: QueryClient, path: string, id: string) {
  try {
    const record = flat(await get<RecordRow>(`/${path}/${id}`));
    patchRecord(client, path, id, record, `"${record.updated_at}"`);
  } catch {
    // It is gone or no longer ours to see: whoever opens it is told so by the page itself.
    await client.invalidateQueries({ queryKey: [...recordsKey(path), "list"] });
  }
}
