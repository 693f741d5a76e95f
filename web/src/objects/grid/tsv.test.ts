import { describe, expect, it } from "vitest";
import { formatTsv, parseTsv } from "@/objects/grid/tsv";

describe("a block on the clipboard", () => {
  it("comes back as it went, whatever is in its cells", () => {
    const block = [
      ["张伟", 'say "x"', ""],
      ["two\nlines", "tab\there", "=1+1"],
      ["", '"', "é 🙂"],
    ];
    expect(parseTsv(formatTsv(block))).toEqual(block);
  });

  it("is read as Excel writes it", () => {
    expect(parseTsv("a\tb\r\nc\td\r\n")).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(parseTsv('5" pipe\t"x"y')).toEqual([['5" pipe', '"x"y']]);
    expect(parseTsv("")).toEqual([[""]]);
    expect(parseTsv("a\t")).toEqual([["a", ""]]);
  });

  it("of ten thousand cells is read at once", () => {
    const line = Array.from({ length: 10 }, (_, n) => `"${n} \n""`).join("\t");
    expect(parseTsv(Array.from({ length: 1000 }, () => line).join("\n")).length).toBeGreaterThan(0);
  });
});
