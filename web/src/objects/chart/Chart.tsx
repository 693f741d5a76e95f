import { BarChart, LineChart, PieChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { type EChartsType, init, use as register } from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";
import { type RefObject, useEffect, useRef } from "react";
import type { ChartOption } from "@/objects/chart/chartOption";
import { useStable } from "@/ui/useStable";
import styles from "./chart.module.css";

register([BarChart, LineChart, PieChart, GridComponent, TooltipComponent, CanvasRenderer]);

interface Props {
  option: ChartOption;
  /** What it shows, in words; its figures are in the table below. */
  label: string;
  /** The drawn chart, for whoever wants its picture. */
  chart: RefObject<EChartsType | null>;
  onPick: (index: number) => void;
  className?: string | undefined;
}

export function Chart({ option, label, chart, onPick, className = styles.canvas }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const pick = useStable(onPick);

  useEffect(() => {
    if (!box.current) return;
    const drawn = init(box.current);
    chart.current = drawn;
    drawn.on("click", ({ dataIndex, dataType }) => dataType !== "edge" && pick(dataIndex));
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
      chart.current = null;
    };
  }, [chart, pick]);

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [chart, option]);

  return <div ref={box} className={className} role="img" aria-label={label} />;
}
