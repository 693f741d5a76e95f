import { expect, it } from "vitest";
import { asSent, newDraft } from "@/fields/draft";

it("sends neither empty texts nor open settings nor choices without a name", () => {
  const sent = asSent({
    ...newDraft("customer"),
    type: "choice",
    labels: { en: "Grade", "zh-CN": " " },
    settings: {
      default: null,
      pattern: "",
      choices: [
        { value: "", labels: { en: "A" } },
        { value: "", labels: { en: "A" }, color: "lime" },
        { value: "", labels: { en: " " } },
        { value: "old", labels: { en: "B" }, archived: true },
      ],
    },
  });
  expect(sent.labels).toEqual({ en: "Grade" });
  expect(sent.settings).toEqual({
    choices: [
      { value: "A", labels: { en: "A" }, color: "blue" },
      { value: "A 2", labels: { en: "A" }, color: "lime" },
      { value: "old", labels: { en: "B" }, color: "gold", archived: true },
    ],
  });
});

it("sends conditions without what is still being written", () => {
  const there = { field: "phone", op: "not_empty" };
  const half = { field: "name", op: "eq", value: "" };
  const settings = { required_when: { and: [there, half] }, locked_when: { and: [half] } };
  const sent = asSent({ ...newDraft("customer"), settings });
  expect(sent.settings).toEqual({ required_when: { and: [there] } });
});
