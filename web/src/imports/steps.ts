/** Where an import stands, told by the server's state; the address may go back to an earlier step. */
import type { Import } from "@/imports/importsApi";

export const steps = ["read", "map", "preview", "result"] as const;
export type Step = (typeof steps)[number];

export const isStep = (value: unknown): value is Step => steps.includes(value as Step);

/** Rows may be in the database already. */
const isWritten = ({ job }: Import) => job?.kind === "import_run" || job?.kind === "import_undo";

export function currentStep(imported: Import): Step {
  switch (imported.state) {
    case "uploaded":
      return "read";
    case "previewing":
    case "previewed":
      return "preview";
    case "failed":
    case "cancelled":
      return isWritten(imported) ? "result" : "preview";
    default:
      return "result";
  }
}

/** Steps that can be looked at now: those that can still be changed, and where it stands. */
export function openSteps(imported: Import): Step[] {
  const current = currentStep(imported);
  if (!imported.can.includes("change")) return [current];
  return steps.filter((step) => step === "read" || step === "map" || step === current);
}

export function shownStep(imported: Import, asked: Step | undefined): Step {
  return asked && openSteps(imported).includes(asked) ? asked : currentStep(imported);
}
