import { expect, test } from "vitest";
import { monthsBack } from "@/insight/lifecycle/lifecycleApi";

test("a month back from any day is the end of the month before, over the turn of a year too", () => {
  expect(monthsBack("2026-03-31", 1)).toBe("2026-02-28");
  expect(monthsBack("2026-03-01", 3)).toBe("2025-12-31");
});
