import { expect, it } from "vitest";
import { sparkPoints } from "@/customers/Sparkline";
import { stagePath } from "@/customers/scoreText";

const point = (as_of: string, stage: string) => ({ as_of, stage });

it("shows each stage once, the newest last", () => {
  const history = [
    point("2026-01-01", "growth"),
    point("2026-02-01", "growth"),
    point("2026-03-01", "maturity"),
    point("2026-04-01", "growth"),
  ];
  expect(stagePath(history).map(({ stage }) => stage)).toEqual(["growth", "maturity", "growth"]);
  expect(stagePath(history, 2)).toHaveLength(2);
});

it("draws known values only, high above low", () => {
  const points = sparkPoints([0, null, 1], [0, 1]);
  expect(points).toHaveLength(2);
  expect(points[0]?.[1]).toBeGreaterThan(points[1]?.[1] ?? 0);
  expect(sparkPoints([5, 5])[0]?.[1]).toBe(14);
});
