/** What the address of a customer's page says: the kinds on the timeline, the column a phone shows, a dialog. */
import { type TimelineKind, timelineKinds } from "@/customers/customerApi";

export const panels = ["timeline", "facts", "insight"] as const;
export type Panel = (typeof panels)[number];

export interface CustomerSearch {
  kinds?: TimelineKind[];
  panel?: Panel;
  /** The merge that a dialog asks about taking back. */
  takeBack?: string;
}

export function parseCustomerSearch(search: Record<string, unknown>): CustomerSearch {
  const { kinds, panel, takeBack } = search;
  const known = timelineKinds.filter((kind) => Array.isArray(kinds) && kinds.includes(kind));
  return {
    kinds: known.length > 0 ? known : undefined,
    panel: panels.find((one) => one === panel && one !== "timeline"),
    takeBack: typeof takeBack === "string" ? takeBack : undefined,
  };
}
