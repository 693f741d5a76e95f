import { expect, test } from "vitest";
import type { QualityDay } from "@/insight/quality/qualityApi";
import { linesOf, trendOption } from "@/insight/quality/trendOption";
import type { Look } from "@/objects/chart/chartOption";

const look: Look = {
  text: "#000",
  secondary: "#111",
  line: "#222",
  ground: "#fff",
  primary: "#00f",
  named: {},
  palette: ["#1", "#2", "#3"],
  font: "sans",
};
const names = { completeness: "C", validity: "V", freshness: "F", followed: "O", unique: "U" };
const show = { share: (value: number) => `${value * 100}%`, day: (day: string) => day };

const day = (on: string, completeness: number, followed: number | null = null): QualityDay => ({
  day: on,
  customers: 10,
  completeness,
  validity: null,
  freshness: null,
  followed,
  unique: null,
});

test("only what is known is drawn, from a round share up", () => {
  const days = [day("2026-03-30", 0.54), day("2026-03-31", 0.76)];
  expect(linesOf(days)).toEqual(["completeness"]);
  const option = trendOption(days, look, names, show);
  expect(option.series).toMatchObject([{ name: "C", data: [0.54, 0.76] }]);
  expect(option.yAxis).toMatchObject({ min: 0.5, max: 1 });
});

test("colours stay with their line, whichever are drawn", () => {
  const option = trendOption([day("2026-03-31", 0.5, 0.9)], look, names, show);
  expect(option.series).toMatchObject([{ color: "#1" }, { color: "#1", name: "O" }]);
});

test("what is unknown of a day is not said to be nothing", () => {
  const option = trendOption(
    [day("2026-03-30", 0.5), day("2026-03-31", 0.5, 0.75)],
    look,
    names,
    show,
  );
  const { formatter } = option.tooltip as { formatter: (shown: { dataIndex: number }) => string };
  expect(formatter({ dataIndex: 0 })).toBe("2026-03-30\nC 50%");
  expect(formatter({ dataIndex: 1 })).toBe("2026-03-31\nC 50%\nO 75%");
});
