import { fireEvent, render } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { useShortcuts } from "@/ui/shortcuts";

const home = vi.fn();
const create = vi.fn();
const below = vi.fn();

function Page() {
  useShortcuts([
    { keys: "g h", label: "Home", run: home },
    { keys: "c", label: "New", run: create },
  ]);
  return (
    <>
      <input aria-label="box" />
      <button type="button">button</button>
    </>
  );
}

beforeEach(() => {
  vi.useFakeTimers();
  document.addEventListener("keydown", below);
});
afterEach(() => {
  vi.useRealTimers();
  document.removeEventListener("keydown", below);
  vi.clearAllMocks();
});

const press = (key: string, where: Element = document.body, more = {}) =>
  fireEvent.keyDown(where, { key, ...more });

it("goes to a place by two keys, of which the page hears nothing", () => {
  render(<Page />);
  press("g");
  press("h");
  expect(home).toHaveBeenCalledOnce();
  expect(below).not.toHaveBeenCalled();
});

it("takes the second key for nothing else, and forgets the first in time", () => {
  render(<Page />);
  press("g");
  press("c");
  expect(create).not.toHaveBeenCalled();
  press("c");
  expect(create).toHaveBeenCalledOnce();
  press("g");
  vi.advanceTimersByTime(2000);
  press("h");
  expect(home).not.toHaveBeenCalled();
  expect(below).toHaveBeenCalledOnce();
});

it("leaves alone what is typed, composed or meant for the browser", () => {
  const { getByLabelText, getByText } = render(<Page />);
  press("c", getByLabelText("box"));
  press("c", document.body, { isComposing: true });
  press("c", document.body, { ctrlKey: true });
  expect(create).not.toHaveBeenCalled();
  press("c", getByText("button"));
  expect(create).toHaveBeenCalledOnce();
});
