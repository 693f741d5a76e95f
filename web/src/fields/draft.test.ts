import { expect, it } from "vitest";
import { halfWritten, newClassification } from "@/fields/classificationsApi";
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

it("tells the rules of a classification whose conditions are half written", () => {
  const rule = { key: "", name: "", result: "A" };
  const half = { field: "city", op: "eq", value: null };
  const whole = { ...half, value: "上海" };
  const rules = [
    { ...rule, filter: { and: [half] } },
    { ...rule, filter: { and: [whole] } },
    { ...rule, filter: { and: [] } }, // holds of everybody, on purpose
    { ...rule, filter: { and: [whole, { has: "orders", where: { or: [half] } }] } },
  ];
  expect(halfWritten({ ...newClassification(), rules })).toEqual([
    "rules.0.filter",
    "rules.3.filter",
  ]);
});
