import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { typeOf } from "@/objects/fields/fieldTypes";
import { Grid } from "@/objects/grid/Grid";
import { customer, rows } from "@/test/objects";
import { renderInApp } from "@/test/render";

const columns = customer.fields.map((field, at) => ({
  field,
  width: typeOf(field).width,
  pinned: at === 0,
}));

const nothing = () => {};
const onCommit = vi.fn();
const onPeek = vi.fn();

function Sheet() {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  return (
    <>
      <output>{[...selected].join()}</output>
      <Grid
        object={customer}
        question={{}}
        rows={rows}
        columns={columns}
        sort={[]}
        selected={selected}
        hasMore={false}
        onSort={nothing}
        onColumns={nothing}
        onFilterBy={nothing}
        onSelect={setSelected}
        onEndReached={nothing}
        onCommit={onCommit}
        onOpen={nothing}
        onPeek={onPeek}
      />
    </>
  );
}

async function openGrid() {
  await renderInApp(<Sheet />);
  await screen.findAllByRole("gridcell");
  const cell = (row: number, column: number) => {
    const found = screen.getAllByRole("row")[row]?.querySelector(`[aria-colindex="${column + 1}"]`);
    if (!found) throw new Error(`No cell ${row}, ${column}`);
    return found as HTMLElement;
  };
  return { cell, user: userEvent.setup() };
}

afterEach(() => vi.clearAllMocks());

describe("editing a cell", () => {
  it("starts with what is typed and is saved by Enter, which moves down", async () => {
    const { cell, user } = await openGrid();
    await user.click(cell(1, 2));
    await user.keyboard("138");
    await user.keyboard("{Enter}");
    expect(onCommit).toHaveBeenCalledExactlyOnceWith(rows[0], columns[1]?.field, "138");
    expect(cell(2, 2)).toHaveAttribute("data-active", "true");
  });

  it("keeps the present value with Enter and drops the change with Esc", async () => {
    const { cell, user } = await openGrid();
    await user.click(cell(1, 2));
    await user.keyboard("{Enter}");
    expect(screen.getByRole("textbox", { name: "phone" })).toHaveValue("139");
    await user.keyboard("000{Escape}");
    expect(onCommit).not.toHaveBeenCalled();
  });

  it("does not take the Enter of an input method for its own", async () => {
    const { cell, user } = await openGrid();
    await user.click(cell(2, 1));
    const box = screen.getByRole("textbox", { name: "name" });
    fireEvent.compositionStart(box);
    fireEvent.change(box, { target: { value: "zhang" } });
    fireEvent.keyDown(box, { key: "Enter", keyCode: 229, isComposing: true });
    expect(onCommit).not.toHaveBeenCalled();
    fireEvent.change(box, { target: { value: "张" } });
    fireEvent.compositionEnd(box);
    await user.keyboard("{Enter}");
    expect(onCommit).toHaveBeenCalledExactlyOnceWith(rows[1], columns[0]?.field, "张");
  });

  it("is not offered where the record or the field may not be changed", async () => {
    const { cell, user } = await openGrid();
    await user.click(cell(3, 2));
    await user.keyboard("1{Enter}");
    await user.click(cell(1, 4));
    await user.keyboard("1{Delete}");
    expect(onCommit).not.toHaveBeenCalled();
    expect(onPeek).toHaveBeenCalledWith(rows[2]);
    expect(cell(1, 4)).toHaveAttribute("aria-readonly", "true");
  });

  it("is emptied by Delete, but not where a value is required", async () => {
    const { cell, user } = await openGrid();
    await user.click(cell(1, 2));
    await user.keyboard("{Delete}{ArrowLeft}{Delete}");
    expect(onCommit).toHaveBeenCalledExactlyOnceWith(rows[0], columns[1]?.field, null);
  });
});

describe("the cursor", () => {
  it("walks by arrows and opens at the side by Space", async () => {
    const { cell, user } = await openGrid();
    await user.click(cell(1, 2));
    await user.keyboard("{ArrowDown}{ArrowRight}{ArrowRight}{ArrowRight}");
    expect(cell(2, 4)).toHaveFocus();
    await user.keyboard(" ");
    expect(onPeek).toHaveBeenCalledWith(rows[1]);
  });
});

describe("selection", () => {
  it("adds one row after the other, and a range with Shift", async () => {
    const { user } = await openGrid();
    const box = (name: string) => screen.getByRole("checkbox", { name: `Select ${name}` });
    await user.click(box("张伟"));
    await user.click(box("Ada"));
    expect(screen.getByRole("status")).toHaveTextContent("1,2");
    await user.click(box("张伟"));
    await user.click(box("Ada"));
    await user.keyboard("{Shift>}");
    await user.click(box("锁定"));
    expect(screen.getByRole("status")).toHaveTextContent("2,3");
  });
});
