import { expect, it } from "vitest";
import { ApiError } from "@/api/client";
import { faultKey } from "@/objects/grid/block";
import { serverFaults } from "@/objects/grid/useBlock";
import { field, rows } from "@/test/objects";

it("puts the server's words at the cells they are about", () => {
  const record = { ...rows[0], id: "1", can: ["change"] };
  const cell = (name: string) => ({ record, field: field(name), text: "x" });
  const cells = [cell("stage"), cell("custom.price")];
  const sent = [{ id: "1", set: { stage: "lost", "custom.price": "8" } }];
  const told = (name: string) => {
    const errors = [{ field: name, message: "why" }];
    return [...serverFaults(new ApiError(422, { errors }, ""), sent, cells).keys()];
  };
  const [first, second] = cells.map((one) => faultKey(one.record, one.field));
  expect(told("rows.0.set.custom.price")).toEqual([second]);
  expect(told("rows.0")).toEqual([first]);
  // What the stage requires is in no column of the block.
  expect(told("rows.0.set.custom.reason")).toEqual([first]);
});
