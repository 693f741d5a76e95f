import { describe, expect, it } from "vitest";
import { textIn } from "@/ui/languages";

describe("a text in several languages", () => {
  it.each([
    [{ "zh-TW": "等級", en: "Grade" }, "zh-CN", "等級"],
    [{ en: "Grade" }, "zh-TW", "Grade"],
    [{ "zh-CN": "等级" }, "en", "等级"],
    [{ en: "  ", "zh-CN": "等级" }, "en", "等级"],
    [{}, "en", ""],
  ])("%o is read in %s as %s", (texts, language, wanted) => {
    expect(textIn(texts, language)).toBe(wanted);
  });
});
