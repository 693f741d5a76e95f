import { describe, expect, it } from "vitest";
import {
  asRead,
  edited,
  mentionedIn,
  segmentsOf,
  typedName,
  typedShortcut,
  withMention,
  withSnippet,
} from "@/objects/mention/mentionText";

const id = "0190c0de-0000-7000-8000-000000000001";
const mark = `@[王芳](user:${id})`;

/** What is kept after typing: "|" is the caret in what is read. */
function type(stored: string, next: string) {
  const caret = next.indexOf("|");
  return edited(stored, next.replace("|", ""), caret);
}

it("is read by name and kept by id", () => {
  expect(asRead(`请 ${mark} 看`)).toBe("请 @王芳 看");
  expect([...mentionedIn(`${mark}${mark}`)]).toEqual([id]);
  expect(segmentsOf(`a${mark}`)).toEqual([{ text: "a" }, { text: "@王芳", user: id }]);
});

it("leaves what only looks like a name alone", () => {
  for (const text of ["@[x](user:1)", "a@b.c", "[a](b)", "@王芳"]) expect(asRead(text)).toBe(text);
});

describe("editing", () => {
  it.each([
    ["before", `a${mark}`, "ab|@王芳", `ab${mark}`],
    ["behind", mark, "@王芳!|", `${mark}!`],
    ["an @ right before", mark, "@|@王芳", `@${mark}`],
    ["between two", `${mark} ${mark}`, "@王芳 x| @王芳", `${mark} x ${mark}`],
    ["the space between two away", `${mark} ${mark}`, "@王芳|@王芳", `${mark}${mark}`],
    ["into a name", mark, "@王x|芳", "@王x芳"],
    ["the end of a name away", `${mark} ok`, "@王| ok", "@王 ok"],
    ["everything away", `a ${mark}`, "|", ""],
    ["over everything", `a ${mark}`, "new|", "new"],
    ["a long paste", "ab", `a${"x".repeat(50)}|b`, `a${"x".repeat(50)}b`],
  ])("%s", (_what, stored, next, kept) => {
    expect(type(stored, next)).toBe(kept);
    expect(asRead(kept)).toBe(next.replace("|", ""));
  });
});

describe("the name being typed", () => {
  it.each([
    ["@", ""],
    ["hello @wa", "wa"],
    ["请@王", "王"],
    ["(@zh", "zh"],
    ["\n@a.b", "a.b"],
  ])("%s", (text, name) => expect(typedName(text, text.length)?.name).toBe(name));

  it.each(["shop@exam", "@ wang", "@王芳 看", "no"])("none in %s", (text) =>
    expect(typedName(text, text.length)).toBeNull(),
  );
});

it("puts a colleague in place of what was typed", () => {
  const typed = typedName("请 @wf", 5);
  if (!typed) throw new Error("nothing typed");
  const kept = withMention("请 @wf 看", typed, { id, label: "王芳" });
  expect(kept).toBe(`请 ${mark}  看`);
  const odd = withMention(
    "@",
    { offers: "colleagues", name: "", from: 0, to: 1 },
    { id, label: "A [B]\nC" },
  );
  expect([...mentionedIn(odd)]).toEqual([id]);
});

describe("the snippet being typed", () => {
  it.each([
    ["/", ""],
    ["hello /hi", "hi"],
    ["您好/问候", "问候"],
    ["\n、wen", "wen"],
    ["／", ""],
  ])("%s", (text, name) =>
    expect(typedShortcut(text, text.length)).toMatchObject({ offers: "snippets", name }),
  );

  it.each(["2026/11", "km/h", "https://", "a</b", "/ hi", "苹果、梨", "//", "50%/a"])(
    "none in %s",
    (text) => expect(typedShortcut(text, text.length)).toBeNull(),
  );

  it("gives way to the text", () => {
    const typed = typedShortcut("请 /hi", 5);
    expect(typed && withSnippet(`请 /hi ${mark}`, typed, "您好\n")).toBe(`请 您好\n ${mark}`);
  });
});
