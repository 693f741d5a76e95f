import { afterEach, expect, it, vi } from "vitest";
import { newId } from "@/api/newId";

const version4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

afterEach(() => vi.unstubAllGlobals());

it("makes ids over plain HTTP too", () => {
  expect(newId()).toMatch(version4);
  const real = crypto;
  vi.stubGlobal("crypto", {
    getRandomValues: <T extends ArrayBufferView>(array: T) => real.getRandomValues(array as never),
  });
  const made = new Set(Array.from({ length: 100 }, newId));
  expect(made.size).toBe(100);
  for (const id of made) expect(id).toMatch(version4);
});
