import { describe, expect, it } from "vitest";
import type { Import } from "@/imports/importsApi";
import { currentStep, openSteps, shownStep } from "@/imports/steps";

const imported = (state: Import["state"], can: string[] = [], kind?: string) =>
  ({ state, can, job: kind ? { kind } : null }) as unknown as Import;

describe("steps", () => {
  it("follow the state of the import", () => {
    expect(currentStep(imported("uploaded"))).toBe("read");
    expect(currentStep(imported("previewed"))).toBe("preview");
    expect(currentStep(imported("undone"))).toBe("result");
  });

  it("tell a preview that failed from a run that failed", () => {
    expect(currentStep(imported("failed", [], "import_preview"))).toBe("preview");
    expect(currentStep(imported("cancelled", [], "import_run"))).toBe("result");
  });

  it("lead back only while something can be changed", () => {
    const previewed = imported("previewed", ["change", "preview", "run"]);
    expect(openSteps(previewed)).toEqual(["read", "map", "preview"]);
    expect(shownStep(previewed, "map")).toBe("map");
    expect(shownStep(imported("done", ["undo"]), "map")).toBe("result");
    expect(shownStep(imported("uploaded", ["change"]), "result")).toBe("read");
  });
});
