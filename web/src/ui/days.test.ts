import { describe, expect, it } from "vitest";
import { addDays, dayIn, groupByDay, nearDay, nextMonday } from "@/ui/days";

it("names the day by the reader's clock", () => {
  expect(dayIn("2026-03-01T16:30:00+00:00", "Asia/Shanghai")).toBe("2026-03-02");
  expect(dayIn("2026-03-01T16:30:00+00:00", "UTC")).toBe("2026-03-01");
});

it("counts days over the end of a month", () => {
  expect(addDays("2026-02-27", 3)).toBe("2026-03-02");
  expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
});

it("finds the Monday after", () => {
  expect(nextMonday("2026-11-22")).toBe("2026-11-23");
  expect(nextMonday("2026-11-23")).toBe("2026-11-30");
  expect(nextMonday("2026-11-25")).toBe("2026-11-30");
});

const at = (instant: string) => ({ at: instant });

describe("groupByDay", () => {
  it("cuts at the midnight of the reader's zone", () => {
    const entries = [
      at("2026-03-02T15:30:00+00:00"),
      at("2026-03-01T16:30:00+00:00"),
      at("2026-03-01T15:30:00+00:00"),
    ];
    expect(groupByDay(entries, "Asia/Shanghai").map(({ day }) => day)).toEqual([
      "2026-03-02",
      "2026-03-01",
    ]);
    expect(groupByDay(entries, "UTC").map(({ entries }) => entries.length)).toEqual([1, 2]);
  });
});

describe("nearDay", () => {
  const now = new Date("2026-03-01T20:00:00Z");
  it("knows today and yesterday by the reader's clock", () => {
    expect(nearDay("2026-03-02", "Asia/Shanghai", now)).toBe("today");
    expect(nearDay("2026-03-01", "Asia/Shanghai", now)).toBe("yesterday");
    expect(nearDay("2026-02-27", "Asia/Shanghai", now)).toBeNull();
  });
});
