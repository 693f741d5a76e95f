/** Trees of customers out of the rows the server tells, each before what is below it. */
import type { Member } from "@/customers/relations";

export interface Branch {
  member: Member;
  below: Branch[];
}

/** Whoever stands below nobody that is shown is on top. */
export function branches(members: readonly Member[]): Branch[] {
  const known = new Map<string, Branch>();
  const top: Branch[] = [];
  for (const member of members) {
    const branch = { member, below: [] };
    known.set(member.id, branch);
    const above = member.parent ? known.get(member.parent) : undefined;
    (above ? above.below : top).push(branch);
  }
  return top;
}

/** How many stand in branches, at whatever depth. */
export const sizeOf = (all: readonly Branch[]): number =>
  all.reduce((sum, { below }) => sum + 1 + sizeOf(below), 0);

/** The branches that lead to a member, its own included: what is open at first. */
export function wayTo(all: readonly Branch[], id: string): string[] {
  for (const { member, below } of all) {
    if (member.id === id) return [id];
    const way = wayTo(below, id);
    if (way.length > 0) return [member.id, ...way];
  }
  return [];
}
