import { describe, expect, it } from "vitest";
import { canSend, carryOver } from "@/customers/composing";

describe("canSend", () => {
  it("wants words, and a title for a task", () => {
    expect(canSend("note", { body: "  " })).toBe(false);
    expect(canSend("note", { body: "谈了价格" })).toBe(true);
    expect(canSend("call", { subject: "回访" })).toBe(true);
    expect(canSend("task", { description: "details" })).toBe(false);
    expect(canSend("task", { title: "寄样品" })).toBe(true);
  });
});

describe("carryOver", () => {
  it("keeps what was written when the kind changes", () => {
    expect(carryOver("call", "task", { subject: "报价", body: "周五前", outcome: "ok" })).toEqual({
      title: "报价",
      description: "周五前",
    });
    expect(carryOver("task", "note", { title: "报价", description: "周五前" })).toEqual({
      body: "周五前",
    });
  });
});
