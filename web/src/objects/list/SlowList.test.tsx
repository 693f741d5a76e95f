import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { SlowList } from "@/objects/list/SlowList";
import { renderInApp } from "@/test/render";
import { pretendServer } from "@/test/server";

const server = pretendServer();
const fields = [
  { id: "f1", name: "custom.rank", label: "Rank" },
  { id: "f2", name: "custom.size", label: "Size" },
];

it("says what a list lacked, and has the one chosen indexed", async () => {
  const asked: string[] = [];
  server.use(
    http.post("*/api/v1/custom-fields/:id/index", ({ params }) => {
      asked.push(String(params.id));
      if (asked.length === 1) {
        return HttpResponse.json({ title: "x", detail: "Too many.", status: 422 }, { status: 422 });
      }
      return HttpResponse.json({ id: params.id, index: { state: "working", job: null } });
    }),
  );
  await renderInApp(<SlowList slow={{ seconds: 2.3, fields }} />);
  const user = userEvent.setup();
  expect(screen.getByRole("alert").textContent).toContain("2.3 s. Without an index: Rank and Size");
  await user.click(screen.getByRole("button", { name: "Index “Size”" }));
  expect(await screen.findByText("Too many.")).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Index “Size”" }));
  expect(await screen.findByText(/is being made/)).toBeTruthy();
  expect(asked).toEqual(["f2", "f2"]);
  expect(screen.queryByRole("button", { name: "Index “Size”" })).toBeNull();
});
