import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { RichText } from "@/objects/richtext/RichText";
import { renderInApp } from "@/test/render";

const id = "0190c0de-0000-7000-8000-000000000001";

async function shown(text: string) {
  await renderInApp(
    <main>
      <RichText text={text} />
    </main>,
  );
  const main = screen.getByRole("main");
  await waitFor(() => expect(main.querySelector(".prewrap")).toBeNull());
  return main;
}

it("shows what its writer formatted, between Chinese characters too", async () => {
  const main = await shown("请**尽快**回复\n\n1. 报价\n2. *合同*\n\n> 他说好");
  expect(main.querySelector("strong")).toHaveTextContent("尽快");
  expect(main.querySelectorAll("ol > li")).toHaveLength(2);
  expect(main.querySelector("em")).toHaveTextContent("合同");
  expect(main.querySelector("blockquote")).toHaveTextContent("他说好");
});

it("leaves a text without marks as it was typed, lines and all", async () => {
  await renderInApp(<RichText text={"a_b 1.5\n  c <b>d</b>"} />);
  const text = screen.getByText(/a_b/);
  expect(text).toHaveClass("prewrap");
  expect(text.textContent).toBe("a_b 1.5\n  c <b>d</b>");
});

it("names colleagues by the letter", async () => {
  const main = await shown(`**a** @[B_c_ *d*](user:${id})`);
  expect(main).toHaveTextContent("a @B_c_ *d*");
  expect(main.querySelector("a, em")).toBeNull();
});

describe("what comes from outside", () => {
  it.each([
    "[x](javascript:alert(1))",
    "[x](data:text/html,<script>1</script>)",
    "[x](vbscript:x) `y`",
    `[x](user:${id})`,
    "<a href='https://x.example' onclick='alert(1)'>x</a> **y**",
    "**z**<script>alert(1)</script>",
    "<iframe src=https://x.example></iframe> *a*",
    "<style>*{display:none}</style> *a*",
    "[x]: javascript:alert(1)\n\n[x]",
  ])("runs nothing and leads nowhere: %s", async (text) => {
    const main = await shown(text);
    for (const link of main.querySelectorAll("a"))
      expect(link.href).toMatch(/^https:\/\/x\.example/);
    expect(main.querySelector("script, iframe, style, img, [onclick], [style]")).toBeNull();
  });

  it("fetches no picture, and opens addresses apart", async () => {
    const main = await shown("![photo](https://x.example/1.png) https://y.example/a");
    expect(main.querySelector("img")).toBeNull();
    const links = [...main.querySelectorAll("a")].map((a) => [a.href, a.rel]);
    const apart = "noopener noreferrer nofollow";
    expect(links).toEqual([
      ["https://x.example/1.png", apart],
      ["https://y.example/a", apart],
    ]);
  });
});
