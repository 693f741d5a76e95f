/** What the address of the page says: how far back, and of what customers' worth is. */
export const spans = [12, 24, 60] as const;

export const measures = ["revenue", "margin", "contribution"] as const;
export type Measure = (typeof measures)[number];
