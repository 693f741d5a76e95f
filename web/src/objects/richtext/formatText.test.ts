import { describe, expect, it } from "vitest";
import { type Edit, type Format, formatted, nextItem } from "@/objects/richtext/formatText";

/** A text with what is selected between brackets ⟦ and ⟧. */
function read(marked: string): [string, number, number] {
  const from = marked.indexOf("⟦");
  const to = marked.indexOf("⟧") - 1;
  return [marked.replace(/[⟦⟧]/g, ""), from, to];
}

function show(text: string, edit: Edit | null) {
  if (!edit) return null;
  const next = text.slice(0, edit.from) + edit.put + text.slice(edit.to);
  const [from, to] = edit.select;
  return `${next.slice(0, from)}⟦${next.slice(from, to)}⟧${next.slice(to)}`;
}

describe("formatting what is selected", () => {
  it.each<[Format, string, string]>([
    ["bold", "请⟦尽快⟧回复", "请**⟦尽快⟧**回复"],
    ["bold", "请**⟦尽快⟧**回复", "请⟦尽快⟧回复"],
    ["italic", "a ⟦⟧b", "a *⟦⟧*b"],
    ["italic", "**⟦a⟧**", "***⟦a⟧***"],
    ["italic", "***⟦a⟧***", "**⟦a⟧**"],
    ["bold", "***⟦a⟧***", "*⟦a⟧*"],
    ["link", "see ⟦our site⟧", "see [our site](⟦https://⟧)"],
    ["list", "a\n⟦b\nc⟧\nd", "a\n⟦- b\n- c⟧\nd"],
    ["list", "⟦- b\n- c⟧", "⟦b\nc⟧"],
    ["numbers", "⟦- b\n- c⟧", "⟦1. b\n2. c⟧"],
    ["numbers", "⟦1. b\n2. c⟧", "⟦b\nc⟧"],
    ["quote", "⟦⟧他说", "> 他说⟦⟧"],
    ["list", "⟦⟧", "- ⟦⟧"],
  ])("%s: %s", (format, before, after) => {
    const [text, from, to] = read(before);
    expect(show(text, formatted(text, from, to, format))).toBe(after);
  });
});

describe("Enter", () => {
  it.each([
    ["- a⟦⟧", "- a\n- ⟦⟧"],
    ["  * a⟦⟧ b", "  * a\n  * ⟦⟧ b"],
    ["9. a⟦⟧", "9. a\n10. ⟦⟧"],
    ["- [x] a⟦⟧", "- [x] a\n- [ ] ⟦⟧"],
    ["a\n- ⟦⟧", "a\n⟦⟧"],
  ])("in a list: %s", (before, after) => {
    const [text, at] = read(before);
    expect(show(text, nextItem(text, at))).toBe(after);
  });

  it.each(["a⟦⟧", "⟦⟧- a", "1.5 ⟦⟧m", "- a\nb⟦⟧"])("elsewhere is a new line: %s", (before) => {
    const [text, at] = read(before);
    expect(nextItem(text, at)).toBeNull();
  });
});
