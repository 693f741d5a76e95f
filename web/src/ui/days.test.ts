import { expect, it } from "vitest";
import { addDays, dayIn, nextMonday } from "@/ui/days";

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
