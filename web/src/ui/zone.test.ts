import { describe, expect, it } from "vitest";
import { onDay } from "@/ui/zone";

describe("onDay", () => {
  it("keeps the time on the wall over a change of the clock and the date line", () => {
    expect(onDay("2026-03-28T08:30:15Z", "2026-03-29", "Europe/Berlin")).toBe(
      "2026-03-29T07:30:15.000Z",
    );
    expect(onDay("2026-11-01T20:00:00Z", "2026-11-05", "Asia/Shanghai")).toBe(
      "2026-11-04T20:00:00.000Z",
    );
    expect(onDay("2026-11-01T02:00:00Z", "2026-11-05", "America/New_York")).toBe(
      "2026-11-06T03:00:00.000Z",
    );
  });
});
