/** How ECharts is to draw the points. */
import type {
  BarSeriesOption,
  GraphSeriesOption,
  LineSeriesOption,
  PieSeriesOption,
} from "echarts/charts";
import type { GridComponentOption, TooltipComponentOption } from "echarts/components";
import type { ComposeOption } from "echarts/core";
import type { Shape } from "@/api/types";
import type { Point } from "@/objects/chart/chartData";

export type ChartOption = ComposeOption<
  | BarSeriesOption
  | GraphSeriesOption
  | LineSeriesOption
  | PieSeriesOption
  | GridComponentOption
  | TooltipComponentOption
>;

export interface Look {
  text: string;
  secondary: string;
  line: string;
  ground: string;
  primary: string;
  /** Colours of choices by name, and those others take in turn. */
  named: Record<string, string>;
  palette: string[];
  font: string;
}

/** An axis says 1.2M, the tooltip the whole figure. */
export function chartOption(
  points: Point[],
  shape: Shape,
  look: Look,
  short: (value: number) => string,
): ChartOption {
  const data = points.map(({ color, value, label }, at) => ({
    name: label,
    value,
    itemStyle: {
      color:
        (color && look.named[color]) ||
        (shape === "donut" ? look.palette[at % look.palette.length] : look.primary),
    },
  }));
  const base: ChartOption = {
    textStyle: { fontFamily: look.font, color: look.text },
    animationDuration: 200,
    tooltip: {
      // Drawn on the canvas: a tooltip of HTML needs styles that the security policy refuses.
      renderMode: "richText",
      backgroundColor: look.ground,
      borderColor: look.line,
      textStyle: { color: look.text, fontFamily: look.font },
      formatter: (shown) => {
        const { dataIndex } = Array.isArray(shown) ? (shown[0] ?? { dataIndex: 0 }) : shown;
        const point = points[dataIndex];
        return point ? `${point.label}\n${point.text}` : "";
      },
    },
  };
  if (shape === "donut") {
    const label = { color: look.text, overflow: "truncate" as const, width: 140 };
    const labelLine = { lineStyle: { color: look.line } };
    return {
      ...base,
      series: [{ type: "pie", radius: ["48%", "76%"], data, label, labelLine }],
    };
  }
  const axis = { color: look.secondary, hideOverlap: true };
  return {
    ...base,
    tooltip: { ...base.tooltip, trigger: "axis" },
    grid: { left: 8, right: 16, top: 16, bottom: 8, containLabel: true },
    xAxis: {
      type: "category",
      data: points.map(({ label }) => label),
      axisLabel: { ...axis, overflow: "truncate", width: 110 },
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      axisLabel: { ...axis, formatter: short },
      splitLine: { lineStyle: { color: look.line } },
    },
    series: [
      shape === "line"
        ? {
            type: "line",
            data: points.map(({ value }) => value),
            color: look.primary,
            showSymbol: points.length < 40,
            symbolSize: 7,
          }
        : { type: "bar", data, barMaxWidth: 48, itemStyle: { borderRadius: [3, 3, 0, 0] } },
    ],
  };
}
