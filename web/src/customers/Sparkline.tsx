import styles from "./scores.module.css";

interface Props {
  /** Oldest first; a gap where nothing is known. */
  values: (number | null)[];
  /** What the line says, in words. */
  label: string;
  /** Fixed ends of the scale, as for a probability; else it fits the values. */
  range?: [number, number];
}

const [width, height, edge] = [120, 28, 3];

/** The course of one figure over time, as a line without axes. */
export function Sparkline({ values, label, range }: Props) {
  const points = sparkPoints(values, range);
  const last = points.at(-1);
  if (!last || points.length < 2) return null;
  return (
    <svg
      className={styles.spark}
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <polyline points={points.map(([x, y]) => `${x},${y}`).join(" ")} />
      <circle cx={last[0]} cy={last[1]} r={2.5} />
    </svg>
  );
}

/** Places on the canvas of the values that are known. */
export function sparkPoints(values: (number | null)[], range?: [number, number]) {
  const known = values.filter((value) => value !== null);
  const [low, high] = range ?? [Math.min(...known), Math.max(...known)];
  const step = (width - 2 * edge) / Math.max(values.length - 1, 1);
  return values.flatMap((value, index): [number, number][] => {
    if (value === null) return [];
    const share = high > low ? (value - low) / (high - low) : 0.5;
    const y = height - edge - share * (height - 2 * edge);
    return [[round(edge + index * step), round(y)]];
  });
}

const round = (number: number) => Math.round(number * 10) / 10;
