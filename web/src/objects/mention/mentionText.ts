/** A colleague named in a text is kept as "@[王芳](user:<id>)" and read as "@王芳". */

export interface Segment {
  /** As people read it. */
  text: string;
  /** The user it names. */
  user?: string;
}

const mark = /@\[([^\]\n]{1,150})\]\(user:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\)/g;

export function segmentsOf(stored: string): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const found of stored.matchAll(mark)) {
    if (found.index > end) segments.push({ text: stored.slice(end, found.index) });
    segments.push({ text: `@${found[1]}`, user: found[2] });
    end = found.index + found[0].length;
  }
  if (end < stored.length) segments.push({ text: stored.slice(end) });
  return segments;
}

const toStored = (segments: Segment[]) =>
  segments.map(({ text, user }) => (user ? `@[${text.slice(1)}](user:${user})` : text)).join("");

export const asRead = (stored: string) =>
  segmentsOf(stored)
    .map(({ text }) => text)
    .join("");

export const mentionedIn = (stored: string) =>
  new Set(segmentsOf(stored).flatMap(({ user }) => user ?? []));

/** Puts something in the place of what is read from one offset to another. A name cut into is plain text. */
function replaced(stored: string, from: number, to: number, put: Segment[]): string {
  const before: Segment[] = [];
  const after: Segment[] = [];
  let start = 0;
  for (const segment of segmentsOf(stored)) {
    const end = start + segment.text.length;
    if (end <= from) before.push(segment);
    else if (start >= to) after.push(segment);
    else {
      before.push({ text: segment.text.slice(0, Math.max(0, from - start)) });
      after.push({ text: segment.text.slice(Math.max(0, to - start)) });
    }
    start = end;
  }
  return toStored([...before, ...put, ...after]);
}

/** The text to keep once what is read has become `next`, with the caret behind what was typed. */
export function edited(stored: string, next: string, caret: number): string {
  const read = asRead(stored);
  const rest = next.length - caret;
  const same = rest <= read.length && read.endsWith(next.slice(caret)) ? rest : 0;
  const most = Math.min(read.length, next.length) - same;
  let from = 0;
  while (from < most && read[from] === next[from]) from++;
  const put = next.slice(from, next.length - same);
  return replaced(stored, from, read.length - same, [{ text: put }]);
}

/** The text that names a colleague in place of what was typed of their name. */
export function withMention(
  stored: string,
  { from, to }: Typed,
  { id, label }: { id: string; label: string },
): string {
  const name = label.replace(/[[\]\n]/g, " ");
  return replaced(stored, from, to, [{ text: `@${name}`, user: id }, { text: " " }]);
}

/** The text with a snippet in place of what was typed of its shortcut or name. */
export const withSnippet = (stored: string, { from, to }: Typed, text: string) =>
  replaced(stored, from, to, [{ text }]);

export interface Typed {
  offers: "colleagues" | "snippets";
  /** What follows the "@" or "/". */
  name: string;
  from: number;
  to: number;
}

/** The name being typed before the caret. An "@" behind a Latin letter or digit is of an address. */
export function typedName(read: string, caret: number): Typed | null {
  const found = /(?<![A-Za-z0-9._%+-])@([\p{L}\p{M}\p{N}._-]{0,40})$/u.exec(read.slice(0, caret));
  return typed("colleagues", found, caret);
}

/** The shortcut or name of a snippet being typed. A "/" within words, dates, addresses and tags is no such;
 * where a word could begin, the sign that Chinese input methods give for the key is one too. */
export function typedShortcut(read: string, caret: number): Typed | null {
  const found = /(?:(?<![A-Za-z0-9:/._%+<>-])\/|(?<=^|\s)[／、])([\p{L}\p{M}\p{N}_-]{0,40})$/u.exec(
    read.slice(0, caret),
  );
  return typed("snippets", found, caret);
}

const typed = (offers: Typed["offers"], found: RegExpExecArray | null, to: number): Typed | null =>
  found && { offers, name: found[1] ?? "", from: found.index, to };
