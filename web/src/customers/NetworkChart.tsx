import { GraphChart } from "echarts/charts";
import { use as register } from "echarts/core";
import type { ComponentProps } from "react";
import { Chart } from "@/objects/chart/Chart";
import styles from "./network.module.css";

register([GraphChart]);

/** A chart that can draw graphs too. */
export const NetworkChart = (props: Omit<ComponentProps<typeof Chart>, "className">) => (
  <Chart {...props} className={styles.canvas} />
);
