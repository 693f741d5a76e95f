import { describe, expect, it, vi } from "vitest";
import { ApiError } from "@/api/client";
import { changesOfAPage } from "./changes";

/** Undoes by appending to a diary; each request has an id of its own. */
function page() {
  const changes = changesOfAPage();
  const diary: string[] = [];
  const refused = vi.fn();
  const send = async ({ title, takeBack }: { title: string; takeBack: unknown }) => {
    diary.push(`${title} ${takeBack}`);
    return `${takeBack}'`;
  };
  return {
    changes,
    diary,
    refused,
    undo: (takeBack?: string) => changes.undo(send, refused, takeBack),
    redo: () => changes.redo(send, refused),
  };
}

describe("changes of a page", () => {
  it("are taken back from the last to the first, and made again", async () => {
    const { changes, diary, undo, redo } = page();
    changes.made({ title: "city", takeBack: "1" });
    changes.made({ title: "name", takeBack: "2" });
    for (const step of [undo, undo, undo, redo, redo, redo, undo]) await step();
    expect(diary).toEqual(["name 2", "city 1", "city 1'", "name 2'", "name 2''"]);
  });

  it("are not made again once something else was changed", async () => {
    const { changes, diary, undo, redo } = page();
    changes.made({ title: "city", takeBack: "1" });
    await undo();
    changes.made({ title: "name", takeBack: "2" });
    await redo();
    expect(diary).toEqual(["city 1"]);
  });

  it("are taken back once: by the button of their toast, or by the key", async () => {
    const { changes, diary, undo } = page();
    changes.made({ title: "city", takeBack: "1" });
    changes.made({ title: "name", takeBack: "2" });
    await undo("1");
    await undo();
    await undo();
    expect(diary).toEqual(["city 1", "name 2"]);
  });

  it("are taken back one after the other", async () => {
    const { changes, undo } = page();
    const steps: string[] = [];
    changes.made({ title: "old", takeBack: "1" });
    changes.made({ title: "new", takeBack: "2" });
    const slow = changes.undo(async ({ title }) => {
      await Promise.resolve();
      steps.push(`${title} is back`);
      return "2'";
    }, vi.fn());
    await Promise.all([slow, undo().then(() => steps.push("old is back"))]);
    expect(steps).toEqual(["new is back", "old is back"]);
  });

  it("that a later one stands in the way of are told, and passed over", async () => {
    const { changes, diary, undo, refused } = page();
    changes.made({ title: "city", takeBack: "1" });
    changes.made({ title: "name", takeBack: "2" });
    const refusal = new ApiError(409, { title: "changed since" }, "r");
    await changes.undo(() => Promise.reject(refusal), refused);
    expect(refused).toHaveBeenCalledExactlyOnceWith(refusal);
    await undo();
    expect(diary).toEqual(["city 1"]);
  });

  it("stay if the server could not be asked", async () => {
    const { changes, diary, undo, refused } = page();
    changes.made({ title: "city", takeBack: "1" });
    await changes.undo(() => Promise.reject(new TypeError("Failed to fetch")), refused);
    await undo();
    expect(diary).toEqual(["city 1"]);
  });
});
