import { describe, expect, it } from "vitest";
import { daysOf, readingOf, readingsOf, withReading } from "@/objects/filter/operators";
import { field } from "@/test/objects";

const day = { field: "due_on", op: "eq", value: "2026-01-31" };

describe("moving days", () => {
  it("are read from what the server is told, and told what was read", () => {
    for (const reading of ["last_days", "next_days", "before_days"] as const) {
      const condition = withReading(day, reading, null);
      expect([readingOf(condition), daysOf(condition)]).toEqual([reading, 30]);
    }
    const week = { field: "due_on", op: "in_period", value: { last_days: 7 } };
    expect(withReading(week, "next_days", null).value).toEqual({ next_days: 7 });
    expect(withReading(week, "before_days", null)).toEqual({
      ...day,
      op: "lt",
      value: { days: -7 },
    });
  });

  it("do not stay behind under another operator", () => {
    const week = { field: "due_on", op: "in_period", value: { last_days: 7 } };
    const month = { relative: "this_month" };
    expect(withReading(week, "in_period", month).value).toEqual(month);
    expect(withReading(week, "lt", null).value).toBeNull();
  });

  it("are offered for dates alone", () => {
    const time = field("due_on", "date", { operators: ["eq", "in_period"] });
    expect(readingsOf(time)).toEqual(["in_period", "last_days", "next_days", "before_days", "eq"]);
    const clock = field("opens", "time", { operators: ["eq", "lt"] });
    expect(readingsOf(clock)).toEqual(["eq", "lt"]);
    expect(readingsOf(field("name"))).not.toContain("last_days");
  });
});
