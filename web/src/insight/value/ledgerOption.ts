/** How ECharts is to draw the ledger: what came in and what was left of it, month by month. */
import type { Figure } from "@/insight/value/valueApi";
import type { ChartOption, Look } from "@/objects/chart/chartOption";

export interface Course {
  figure: Figure;
  name: string;
  values: (number | null)[];
}

export function ledgerOption(
  months: string[],
  courses: Course[],
  look: Look,
  show: { money: (value: number) => string; short: (value: number) => string },
): ChartOption {
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
        const told = courses.flatMap(({ name, values }) => {
          const value = values[at] ?? null;
          return value === null ? [] : [`${name} ${show.money(value)}`];
        });
        return [months[at] ?? "", ...told].join("\n");
      },
    },
    grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
    xAxis: {
      type: "category",
      data: months,
      axisLabel: axis,
      axisLine: { lineStyle: { color: look.line } },
      axisTick: { show: false },
    },
    yAxis: {
      type: "value",
      axisLabel: { ...axis, formatter: show.short },
      splitLine: { lineStyle: { color: look.line } },
    },
    series: courses.map(({ figure, name, values }, place) =>
      figure === "contribution"
        ? {
            type: "line",
            name,
            data: values,
            color: colorOf(look, place),
            showSymbol: months.length < 40,
            symbolSize: 6,
          }
        : { type: "bar", name, data: values, color: colorOf(look, place), barMaxWidth: 28 },
    ),
  };
}

export const colorOf = (look: Look, place: number) =>
  look.palette[place % look.palette.length] ?? look.primary;
