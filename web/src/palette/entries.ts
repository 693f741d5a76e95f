/** What the palette lists for a text, in which order. No React, no server. */
import type { Found, Mark } from "@/api/search";
import type { AnyCommand } from "@/ui/commands";

export type Entry =
  | { kind: "record"; key: string; found: Found }
  | { kind: "command"; key: string; command: AnyCommand };

export interface Group {
  key: string;
  label: string;
  entries: Entry[];
}

/** Commands nobody asked for by name give way to records. */
const atFirst = 8;

const fold = (text: string) => text.normalize("NFKC").toLowerCase().trim();

/** How well a command fits: 0 it begins so, 1 a word of it does, 2 it is inside, null not at all. */
export function fitOf(command: AnyCommand, text: string): number | null {
  const wanted = fold(text);
  const names = [command.label, command.id].map(fold);
  if (names.some((name) => name.startsWith(wanted))) return 0;
  if (names.some((name) => name.split(/[\s:·…]+/).some((word) => word.startsWith(wanted))))
    return 1;
  return names.some((name) => name.includes(wanted)) ? 2 : null;
}

interface Labels {
  recent: string;
  /** Of an object, in the plural. */
  object: (type: string) => string;
}

/** Commands meant by name, records by kind with the best kind first, then other commands. */
export function groupsOf(
  text: string,
  found: readonly Found[],
  commands: readonly AnyCommand[],
  labels: Labels,
): Group[] {
  if (text === "") {
    return [
      ...group("recent", labels.recent, found.slice(0, atFirst).map(recordEntry)),
      ...commandGroups(commands),
    ];
  }
  const fitting = commands.flatMap((command) => {
    const how = fitOf(command, text);
    return how === null ? [] : [{ command, how }];
  });
  fitting.sort((a, b) => a.how - b.how);
  const meant = fitting.filter(({ how }) => how === 0).map(({ command }) => command);
  const others = fitting.filter(({ how }) => how > 0).map(({ command }) => command);
  const types = [...new Set(found.map(({ type }) => type))];
  return [
    ...commandGroups(meant, "meant:"),
    ...types.flatMap((type) =>
      group(type, labels.object(type), found.filter((one) => one.type === type).map(recordEntry)),
    ),
    ...commandGroups(others),
  ];
}

const recordEntry = (found: Found): Entry => ({
  kind: "record",
  key: `${found.type}:${found.id}`,
  found,
});

function commandGroups(commands: readonly AnyCommand[], prefix = ""): Group[] {
  const names = [...new Set(commands.map((command) => command.group))];
  return names.flatMap((name) =>
    group(
      `${prefix}${name}`,
      name,
      commands
        .filter((command) => command.group === name)
        .map((command) => ({ kind: "command", key: `command:${command.id}`, command })),
    ),
  );
}

const group = (key: string, label: string, entries: Entry[]): Group[] =>
  entries.length > 0 ? [{ key, label, entries }] : [];

/** A text in pieces, those that matched marked. Marks count code points, slices would not. */
export function pieces(text: string, marks: readonly Mark[]) {
  const characters = Array.from(text);
  const found: { at: number; text: string; marked: boolean }[] = [];
  let at = 0;
  const add = (end: number, marked: boolean) => {
    if (end > at) found.push({ at, text: characters.slice(at, end).join(""), marked });
    at = Math.max(at, end);
  };
  for (const [from, to] of marks) {
    add(from, false);
    add(to, true);
  }
  add(characters.length, false);
  return found;
}

/** The entry that a key moves to, round and round; null for a key that does not move. */
export function moved(key: string, active: number, count: number): number | null {
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
      return (active + 1) % count;
    case "ArrowUp":
      return (active - 1 + count) % count;
    case "PageDown":
      return Math.min(active + 5, count - 1);
    case "PageUp":
      return Math.max(active - 5, 0);
    default:
      return null;
  }
}
