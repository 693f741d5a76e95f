import { expect, it } from "vitest";
import { keyAction } from "@/insight/attentionKeys";

const press = (key: string, target: EventTarget = document.body, more = {}) =>
  keyAction({
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    isComposing: false,
    target,
    ...more,
  });

it("knows the keys of the list", () => {
  expect(press("j")).toBe("next");
  expect(press("x")).toBe("dismiss");
  expect(press("q")).toBeNull();
});

it("leaves typing, shortcuts and input methods alone", () => {
  expect(press("j", document.createElement("textarea"))).toBeNull();
  expect(press("s", document.body, { metaKey: true })).toBeNull();
  expect(press("Enter", document.body, { isComposing: true })).toBeNull();
});

it("lets a focused button have its Enter", () => {
  const button = document.createElement("button");
  expect(press("Enter", button)).toBeNull();
  expect(press("e", button)).toBe("do");
});
