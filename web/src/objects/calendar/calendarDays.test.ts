import { describe, expect, it } from "vitest";
import {
  byDay,
  dayAfterKey,
  daysShown,
  turn,
  weeksOf,
  within,
} from "@/objects/calendar/calendarDays";
import { field } from "@/test/objects";

describe("daysShown", () => {
  it("is whole weeks around a month, from the day weeks begin on", () => {
    const monday = daysShown("2026-11-15", "month", 1);
    expect([monday[0], monday.at(-1), monday.length]).toEqual(["2026-10-26", "2026-12-06", 42]);
    const sunday = daysShown("2026-11-15", "month", 7);
    expect([sunday[0], sunday.at(-1), sunday.length]).toEqual(["2026-11-01", "2026-12-05", 35]);
    // February 2027 is four whole weeks from a Monday.
    expect(weeksOf(daysShown("2027-02-28", "month", 1))).toHaveLength(4);
  });

  it("is one week around a day", () => {
    expect(daysShown("2026-01-01", "week", 1)).toEqual([
      "2025-12-29",
      "2025-12-30",
      "2025-12-31",
      "2026-01-01",
      "2026-01-02",
      "2026-01-03",
      "2026-01-04",
    ]);
  });
});

describe("turn", () => {
  it("keeps the day, or takes the last of a shorter month", () => {
    expect(turn("2026-01-31", "month", 1)).toBe("2026-02-28");
    expect(turn("2026-03-31", "month", -1)).toBe("2026-02-28");
    expect(turn("2026-12-15", "month", 1)).toBe("2027-01-15");
    expect(turn("2026-12-30", "week", 1)).toBe("2027-01-06");
  });
});

describe("byDay", () => {
  it("has moments on the day they are in the reader's zone, and days as they are", () => {
    const at = (id: string, when: string | null) => ({ id, can: [], when });
    const moments = [
      at("1", "2026-05-01T15:59:00Z"),
      at("2", "2026-05-01T16:00:00Z"),
      at("3", null),
    ];
    const found = byDay(moments, field("when", "datetime"), "Asia/Shanghai");
    expect([...found].map(([day, [one]]) => [day, one?.id])).toEqual([
      ["2026-05-01", "1"],
      ["2026-05-02", "2"],
    ]);
    const days = byDay([at("4", "2026-05-01")], field("when", "date"), "America/New_York");
    expect([...days.keys()]).toEqual(["2026-05-01"]);
  });

  it("asks for them to before the day after the last", () => {
    expect(within(field("when", "date"), ["2026-02-27", "2026-02-28"])).toEqual([
      { field: "when", op: "gte", value: "2026-02-27" },
      { field: "when", op: "lt", value: "2026-03-01" },
    ]);
  });
});

describe("dayAfterKey", () => {
  it.each([
    ["ArrowLeft", "2026-06-30"],
    ["ArrowDown", "2026-07-08"],
    ["PageUp", "2026-06-01"],
    ["Home", "2026-06-29"],
    ["End", "2026-07-05"],
  ])("%s leads to %s", (key, day) => {
    expect(dayAfterKey("2026-07-01", key, "month", 1)).toBe(day);
  });

  it("knows no other keys", () => {
    expect(dayAfterKey("2026-07-01", "x", "month", 1)).toBeNull();
  });
});
