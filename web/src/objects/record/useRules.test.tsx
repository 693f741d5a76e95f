import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import type { RecordRow } from "@/api/types";
import { FactGroups } from "@/objects/record/Facts";
import { NewRecordForm } from "@/objects/record/NewRecordDrawer";
import { customer, field, rows } from "@/test/objects";
import { renderInApp } from "@/test/render";
import { pretendServer } from "@/test/server";

const server = pretendServer();
const why = '"reason" is required when "phone" is 1. Fill it in.';
const ruled = {
  ...customer,
  fields: [...customer.fields, field("custom.reason", "text", { label: "reason", ruled: true })],
  groups: [{ name: "main", label: "", fields: ["phone", "custom.reason"] }],
  form: ["name", "phone"],
};

/** Keeps what was asked; says that a telephone requires or locks the reason. */
function answering(state: { required: boolean; locked: boolean }) {
  const asked: unknown[] = [];
  server.use(
    http.post("*/api/v1/customers/rules", async ({ request }) => {
      const body = (await request.json()) as { id: string | null; set: { phone?: string } };
      asked.push(body);
      const holds = body.id !== null || Boolean(body.set.phone);
      const told = holds ? { ...state, reason: why } : { required: false, locked: false };
      return HttpResponse.json({ fields: { "custom.reason": { reason: "", ...told } } });
    }),
  );
  return asked;
}

describe("the form of a new record", () => {
  it("brings up what the draft requires", async () => {
    const asked = answering({ required: true, locked: false });
    await renderInApp(<NewRecordForm object={ruled} onClose={() => undefined} />);
    expect(screen.queryByRole("textbox", { name: "reason" })).toBeNull();
    await userEvent.type(screen.getByRole("textbox", { name: "phone" }), "123");
    const box = await screen.findByRole("textbox", { name: "reason" });
    expect(box).toHaveAttribute("aria-required", "true");
    expect(box).toHaveAccessibleDescription(why);
    await waitFor(() => expect(asked.at(-1)).toEqual({ id: null, set: { phone: "123" } }));
  });
});

describe("the page of a record", () => {
  const page = (record: RecordRow) =>
    renderInApp(<FactGroups object={ruled} loaded={{ record, etag: null }} />);

  it("locks a value, and says why", async () => {
    answering({ required: false, locked: true });
    await page({ ...rows[0], id: "1", can: ["change"], "custom.reason": "old" });
    const value = await screen.findByRole("textbox", { name: "reason" });
    expect(value).toHaveAttribute("aria-readonly", "true");
    expect(value).toHaveAccessibleDescription(why);
    expect(value).toHaveTextContent("old");
  });

  it("asks nothing where there is no record, or none that may be changed", async () => {
    const asked = answering({ required: true, locked: true });
    await page({ id: "", can: ["change"] });
    await page({ id: "1", can: [] });
    await page({ id: "2", can: ["change"] });
    await waitFor(() => expect(asked).toEqual([{ id: "2", set: {} }]));
  });
});
