import { expect, test } from "vitest";
import { course, monthsUntil, type ValueMonth } from "@/insight/value/valueApi";

const month = (day: string, revenue: string | null) =>
  ({ month: day, revenue }) as unknown as ValueMonth;

test("months go back over the turn of a year", () => {
  expect(monthsUntil("2026-02-01", 4)).toEqual([
    "2025-11-01",
    "2025-12-01",
    "2026-01-01",
    "2026-02-01",
  ]);
});

test("a month in which nothing happened is zero, one of which nothing is known a gap", () => {
  const months = [month("2026-02-01", "12.50"), month("2025-12-01", null)];
  expect(course({ until: "2026-02-01", months }, "revenue", 3)).toEqual([null, 0, 12.5]);
});
