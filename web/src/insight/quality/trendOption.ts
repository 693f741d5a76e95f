/** How ECharts is to draw the measures day by day. */
import type { QualityDay } from "@/insight/quality/qualityApi";
import type { ChartOption, Look } from "@/objects/chart/chartOption";

export const lines = ["completeness", "validity", "freshness", "followed", "unique"] as const;
export type Line = (typeof lines)[number];

/** Those of the lines of which there is anything to draw. */
export const linesOf = (days: QualityDay[]) =>
  lines.filter((line) => days.some((day) => day[line] !== null));

export function trendOption(
  days: QualityDay[],
  look: Look,
  names: Record<Line, string>,
  show: { share: (value: number) => string; day: (day: string) => string },
): ChartOption {
  const drawn = linesOf(days);
  const lowest = Math.min(1, ...days.flatMap((day) => drawn.map((line) => day[line] ?? 1)));
  const axis = { color: look.secondary, hideOverlap: true };
  return {
    textStyle: { fontFamily: look.font, color: look.text },
    animationDuration: 200,
    tooltip: {
      trigger: "axis",
      // Drawn on the canvas: a tooltip of HTML needs styles that the security policy refuses.
      renderMode: "richText",
      backgroundColor: look.ground,
      borderColor: look.line,
      textStyle: { color: look.text, fontFamily: look.font },
      formatter: (shown) => {
        const at = (Array.isArray(shown) ? shown[0] : shown)?.dataIndex ?? 0;
        const day = days[at];
        if (!day) return "";
        const told = drawn.flatMap((line) => {
          const share = day[line];
          return share === null ? [] : [`${names[line]} ${show.share(share)}`];
        });
        return [show.day(day.day), ...told].join("\n");
      },
    },
    grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
    xAxis: {
      type: "category",
      data: days.map(({ day }) => show.day(day)),
      axisLabel: axis,
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      min: Math.floor(lowest * 10) / 10,
      max: 1,
      axisLabel: { ...axis, formatter: show.share },
      splitLine: { lineStyle: { color: look.line } },
    },
    series: drawn.map((line) => ({
      type: "line",
      name: names[line],
      data: days.map((day) => day[line]),
      color: colorOf(look, line),
      showSymbol: days.length < 40,
      symbolSize: 6,
    })),
  };
}

export const colorOf = (look: Look, line: Line) =>
  look.palette[lines.indexOf(line) % look.palette.length] ?? look.primary;
