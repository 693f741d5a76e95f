/** What the marks of Markdown do to a text: pure, so that a box and its tests share them. */

/** Puts `put` in the place of what stands from one offset to another, and selects afterwards. */
export interface Edit {
  from: number;
  to: number;
  put: string;
  select: [number, number];
}

export type Format = "bold" | "italic" | "list" | "numbers" | "quote" | "link";

const marks = { bold: "**", italic: "*" }; // "_" does nothing between Chinese characters
const starts: Record<"list" | "numbers" | "quote", (line: number) => string> = {
  list: () => "- ",
  numbers: (line) => `${line}. `,
  quote: () => "> ",
};
const item = /^(\s*)(?:([-*+])|(\d{1,9})([.)]))(\s+)(?:(\[)[ xX](\]\s+))?/;
const start = /^(?:[-*+]|\d{1,9}[.)]|>)\s+/;

export function formatted(text: string, from: number, to: number, format: Format): Edit {
  if (format === "link") return link(text, from, to);
  if (format === "bold" || format === "italic") return wrapped(text, from, to, marks[format]);
  return lines(text, from, to, starts[format]);
}

function wrapped(text: string, from: number, to: number, mark: string): Edit {
  const inner = text.slice(from, to);
  const before = /\**$/.exec(text.slice(0, from))?.[0].length ?? 0;
  const after = /^\**/.exec(text.slice(to))?.[0].length ?? 0;
  const stars = Math.min(before, after);
  if (mark === "*" ? stars % 2 === 1 : stars >= 2) {
    const begin = from - mark.length;
    return { from: begin, to: to + mark.length, put: inner, select: [begin, begin + inner.length] };
  }
  const begin = from + mark.length;
  return { from, to, put: `${mark}${inner}${mark}`, select: [begin, begin + inner.length] };
}

function link(text: string, from: number, to: number): Edit {
  const inner = text.slice(from, to);
  const address = "https://";
  const begin = from + inner.length + 3;
  return { from, to, put: `[${inner}](${address})`, select: [begin, begin + address.length] };
}

/** All lines touched get the start, or lose it if all have one. */
function lines(text: string, from: number, to: number, startOf: (line: number) => string): Edit {
  const begin = text.lastIndexOf("\n", from - 1) + 1;
  const after = text.indexOf("\n", to);
  const end = after < 0 ? text.length : after;
  const touched = text.slice(begin, end).split("\n");
  const kind = startOf(1).replace("1", "");
  const has = (line: string) => start.exec(line)?.[0].replace(/^\d+/, "") === kind;
  const put = touched
    .map((line, n) => (touched.every(has) ? "" : startOf(n + 1)) + line.replace(start, ""))
    .join("\n");
  const caret = begin + put.length;
  return { from: begin, to: end, put, select: from === to ? [caret, caret] : [begin, caret] };
}

/** Enter in a list begins its next item, in an empty item ends it; elsewhere nothing is said. */
export function nextItem(text: string, at: number): Edit | null {
  const begin = text.lastIndexOf("\n", at - 1) + 1;
  const line = text.slice(begin, at);
  const found = item.exec(line);
  if (!found) return null;
  const [all, indent, bullet, number, stop, gap, box] = found;
  if (line === all) return { from: begin, to: at, put: "", select: [begin, begin] };
  const next = bullet ?? `${Number(number) + 1}${stop}`;
  const put = `\n${indent}${next}${gap}${box ? "[ ] " : ""}`;
  return { from: at, to: at, put, select: [at + put.length, at + put.length] };
}
