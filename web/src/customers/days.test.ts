import { describe, expect, it } from "vitest";
import { groupByDay, nearDay } from "@/customers/days";

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
