import type { ScorePoint } from "@/customers/customerApi";

/** The last few stages a customer went through; days on which nothing changed are left out. */
export function stagePath(history: readonly ScorePoint[], longest = 4) {
  const path: { stage: string; as_of: string }[] = [];
  for (const { stage, as_of } of history) {
    if (stage && path.at(-1)?.stage !== stage) path.push({ stage, as_of });
  }
  return path.slice(-longest);
}

/** How a probability is coloured: at risk, to be watched, safe. */
export const tone = (probability: number) =>
  probability < 0.3 ? "low" : probability < 0.6 ? "middle" : "high";
