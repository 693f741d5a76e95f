import { expect, test } from "vitest";
import { stepOf } from "@/insight/value/Equity";

const of = (amount: number) => ({ amount: String(amount), customers: 1, filter: {} });
const statement = {
  opening: of(100),
  acquired: of(30),
  returned: of(0),
  grown: of(20),
  shrunk: of(40),
  lost: of(60),
  closing: of(50),
};

test("each step begins where the one before ended, and the last ends at the closing", () => {
  expect(stepOf("opening", statement)).toEqual({ from: 0, to: 100, most: 150 });
  expect(stepOf("acquired", statement)).toEqual({ from: 100, to: 130, most: 150 });
  expect(stepOf("grown", statement)).toEqual({ from: 130, to: 150, most: 150 });
  expect(stepOf("lost", statement)).toEqual({ from: 110, to: 50, most: 150 });
  expect(stepOf("closing", statement)).toEqual({ from: 0, to: 50, most: 150 });
});
