import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { useState } from "react";
import { expect, it } from "vitest";
import { MentionTextArea } from "@/objects/mention/MentionTextArea";
import { renderInApp } from "@/test/render";
import { pretendServer } from "@/test/server";

const id = (n: number) => `0190c0de-0000-7000-8000-00000000000${n}`;
const colleagues = [
  { id: id(1), label: "王芳", sees: true },
  { id: id(2), label: "李强", sees: false },
];
const snippets = [
  { id: id(3), name: "问候", shortcut: "hi", text: "您好，张伟：\n" },
  { id: id(4), name: "报价", shortcut: "", text: "报价如下" },
];
pretendServer(
  http.get("*/api/v1/mentions", () => HttpResponse.json({ items: colleagues })),
  http.get("*/api/v1/snippets/offered", () => HttpResponse.json({ items: snippets })),
);

function Box() {
  const [value, setValue] = useState("");
  return (
    <>
      <MentionTextArea value={value} onChange={setValue} aria-label="note" />
      <output>{value}</output>
    </>
  );
}

async function open(typed = "请 @") {
  await renderInApp(<Box />);
  const user = userEvent.setup();
  const box = screen.getByRole<HTMLTextAreaElement>("textbox", { name: "note" });
  await user.type(box, typed);
  await screen.findAllByRole("option");
  return { user, box, kept: screen.getByRole("status") };
}

it("names a colleague by keys, and goes on behind the name", async () => {
  const { user, box, kept } = await open();
  await user.keyboard("{ArrowDown}{ArrowUp}{Enter}");
  expect(box).toHaveValue("请 @王芳 ");
  await user.keyboard("看");
  expect(kept).toHaveTextContent(`请 @[王芳](user:${id(1)}) 看`);
  expect(screen.queryByRole("listbox")).toBeNull();
});

it("warns of one who cannot see the record, until the name is gone", async () => {
  const { user, box } = await open();
  await user.click(screen.getByRole("option", { name: /李强/ }));
  expect(screen.getByRole("alert")).toBeInTheDocument();
  await user.clear(box);
  expect(screen.queryByRole("alert")).toBeNull();
});

it("leaves Enter to an input method, and Esc closes the list alone", async () => {
  const { user, box } = await open();
  fireEvent.keyDown(box, { key: "Enter", keyCode: 229 });
  expect(box).toHaveValue("请 @");
  await user.keyboard("{Escape}");
  expect(screen.queryByRole("listbox")).toBeNull();
  expect(box).toHaveFocus();
});

it("puts a snippet in by keys, and goes on behind it", async () => {
  const { user, box } = await open("/");
  expect(screen.getAllByRole("option").map(({ textContent }) => textContent)).toEqual([
    "问候/hi",
    "报价",
  ]);
  fireEvent.keyDown(box, { key: "Enter", keyCode: 229 });
  expect(box).toHaveValue("/");
  await user.keyboard("{Enter}");
  expect(box).toHaveValue("您好，张伟：\n");
  await user.keyboard("谢谢");
  expect(box).toHaveValue("您好，张伟：\n谢谢");
  expect(screen.queryByRole("listbox")).toBeNull();
});
