import { describe, expect, it } from "vitest";
import type { Aggregate, Group } from "@/api/types";
import { csvOf, pointsOf } from "@/objects/chart/chartData";
import { field } from "@/test/objects";
import { makeFormat } from "@/ui/format";

const format = makeFormat("en");
const words = { noValue: "No value", others: "Others" };
const aggregate = (groups: Group[]): Aggregate => ({
  groups,
  total: { count: groups.reduce((all, { count }) => all + count, 0) },
  at_least: false,
});
const group = (key: Group["key"], count: number): Group => ({ key, label: String(key), count });

describe("pointsOf", () => {
  it("fills the months in which nothing was, and leaves out what has no date", () => {
    const by = { field: field("on", "date"), period: "month" as const };
    const points = pointsOf(
      aggregate([group("2026-02-01", 2), group("2025-11-01", 1), group(null, 9)]),
      by,
      null,
      format,
      words,
    );
    expect(points.map(({ label, value }) => [label, value])).toEqual([
      ["Nov 2025", 1],
      ["Dec 2025", 0],
      ["Jan 2026", 0],
      ["Feb 2026", 2],
    ]);
  });

  it("draws far-apart days only where there are some", () => {
    const by = { field: field("on", "date"), period: "day" as const };
    const points = pointsOf(
      aggregate([group("2026-02-01", 2), group("1926-02-01", 1)]),
      by,
      null,
      format,
      words,
    );
    expect(points.map(({ key }) => key)).toEqual(["1926-02-01", "2026-02-01"]);
  });

  it("keeps choices in their order, with their colours, and none last", () => {
    const stage = field("stage", "choice", {
      choices: [
        { value: "new", label: "New", color: "blue" },
        { value: "old", label: "Old", color: "gold" },
      ],
    });
    const points = pointsOf(
      aggregate([group("", 9), group("old", 5), group("new", 1)]),
      { field: stage },
      null,
      format,
      words,
    );
    expect(points.map(({ label, color }) => [label, color])).toEqual([
      ["New", "blue"],
      ["Old", "gold"],
      ["No value", undefined],
    ]);
  });

  it("puts the smallest of many together, so that all add up", () => {
    const groups = Array.from({ length: 40 }, (_, at) => group(`c${at}`, at + 1));
    const points = pointsOf(aggregate(groups), { field: field("city") }, null, format, words);
    expect(points).toHaveLength(30);
    expect(points[0]?.label).toBe("c39");
    expect(points.at(-1)).toMatchObject({ label: "Others", value: 66 });
    expect(points.at(-1)).not.toHaveProperty("key");
  });

  it("adds up money in the firm's own currency", () => {
    const total = field("total", "money", { currency: "currency" });
    const one: Group = { key: "a", label: "a", count: 2, sum_total: "1234.5000" };
    const [point] = pointsOf(aggregate([one]), { field: field("city") }, total, format, words);
    expect(point).toMatchObject({ value: 1234.5, text: "CN¥1,234.50" });
  });
});

describe("csvOf", () => {
  it("quotes what needs it and lets no cell become a formula", () => {
    const point = (label: string) => ({ label, value: -1.5, text: "" });
    expect(csvOf([point('a,"b"'), point("=1+1")], ["City", "Records"])).toBe(
      '\ufeffCity,Records\r\n"a,""b""",-1.5\r\n\'=1+1,-1.5\r\n',
    );
  });
});
