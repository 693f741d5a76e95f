import { expect, it } from "vitest";
import type { FieldMeta } from "@/api/types";
import { worthAsking } from "@/objects/record/Alike";

const field = (type: string) => ({ name: "x", type }) as FieldMeta;

it.each([
  ["text", "张", ""],
  ["text", "张伟", "张伟"],
  ["text", " Ann ", ""],
  ["text", "Anne", "Anne"],
  ["phone", "138 0013", "138 0013"],
  ["phone", "138 001", ""],
  ["email", "a@b", ""],
  ["email", "a@b.cn", "a@b.cn"],
  ["text", null, ""],
])("%s %s is asked for as %j", (type, typed, asked) => {
  expect(worthAsking(field(type), typed)).toBe(asked);
});
