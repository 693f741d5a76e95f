import { describe, expect, it } from "vitest";
import { inserted } from "@/fields/formula";

describe("what is put into a formula", () => {
  it.each([
    ["", 0, 0, "amount", 6, "amount", 6],
    ["1 + ", 4, 4, "amount", 6, "1 + amount", 10],
    ["rank", 4, 4, "amount", 6, "rank amount", 11],
    ["(old)", 1, 4, "if()", 3, "(if())", 4],
  ])("%j from %d to %d takes %j", (formula, from, to, text, caret, value, at) => {
    expect(inserted(formula, from, to, text, caret)).toEqual({ value, at });
  });
});
