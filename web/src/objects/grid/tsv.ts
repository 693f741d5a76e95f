/** Tab-separated values as Excel and its kin put them on the clipboard. */

const needsQuotes = /["\t\n\r]/;

export const formatTsv = (lines: string[][]) =>
  lines
    .map((cells) =>
      cells
        .map((text) => (needsQuotes.test(text) ? `"${text.replaceAll('"', '""')}"` : text))
        .join("\t"),
    )
    .join("\n");

/** The cells of a copied block. A quote within a cell that does not begin with one is text. */
export function parseTsv(text: string): string[][] {
  const lines: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"(?=[\t\r\n]|$)|([^\t\r\n]*))(\t|\r\n|\r|\n|$)/y;
  while (cell.lastIndex <= text.length) {
    const found = cell.exec(text);
    if (!found) break;
    const [, quoted, plain = "", end] = found;
    lines.at(-1)?.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === "") break;
    // The line break after the last line is no line of its own.
    if (end !== "\t" && cell.lastIndex < text.length) lines.push([]);
    else if (end !== "\t") break;
  }
  return lines;
}
