import { describe, expect, it } from "vitest";
import { toWire, typeOf } from "@/objects/fields/fieldTypes";
import { field } from "@/test/objects";
import { makeFormat } from "@/ui/format";

describe("typed and pasted values", () => {
  it.each([
    ["1,234.50", "1234.50"],
    ["￥９９", "99"],
    ["12 %", "12"],
    ["", null],
  ])("reads the number %s", (typed, value) => {
    expect(typeOf(field("n", "money")).parse?.(typed)).toBe(value);
  });

  it.each([
    ["2026年3月5日", "2026-03-05"],
    ["2026/3/5", "2026-03-05"],
    ["Mar 5, 2026", "2026-03-05"],
    ["2026-02-30", "2026-02-30"],
    ["03/05/2026", "03/05/2026"],
    ["nonsense", "nonsense"],
  ])("reads the date %s, leaving what it cannot to the server", (typed, value) => {
    expect(typeOf(field("d", "date")).parse?.(typed)).toBe(value);
  });
});

describe("times of day", () => {
  it.each([
    ["9:30", "09:30"],
    ["09:30:00", "09:30"],
    ["9:30\u202fPM", "21:30"],
    ["12:05 am", "00:05"],
    ["下午12:05", "12:05"],
    ["２１：３０", "21:30"],
    ["", null],
    ["13:30 PM", "13:30 PM"],
    ["9:30:15", "9:30:15"],
    ["soon", "soon"],
  ])("are read from %s, leaving what is none to the server", (typed, value) => {
    expect(typeOf(field("t", "time")).parse?.(typed)).toBe(value);
  });

  it.each(["en", "zh-CN", "zh-TW"])("are read as they are shown in %s", (language) => {
    const { parse, toText } = typeOf(field("t", "time"));
    const format = makeFormat(language, { zone: "Asia/Shanghai" });
    for (const time of ["00:00", "09:30", "12:05", "23:59"]) {
      expect(parse?.(toText(time, field("t", "time"), format))).toBe(time);
    }
    expect(toText("soon", field("t", "time"), format)).toBe("soon");
  });
});

describe("what goes to the server", () => {
  it("is null for nothing, or an empty text where there is no null", () => {
    expect(toWire(field("phone", "phone"), "  ")).toBeNull();
    expect(toWire(field("phone", "phone", { nullable: false }), null)).toBe("");
  });

  it("is the id of a link and the ids of tags", () => {
    expect(toWire(field("owner", "link"), { id: "u1", label: "李娜" })).toBe("u1");
    expect(toWire(field("tags", "tags"), [{ id: "t1", label: "VIP" }])).toEqual(["t1"]);
  });
});

describe("words for a value", () => {
  const format = makeFormat("zh-CN", { zone: "Asia/Shanghai" });

  it("shows money in the currency of its record", () => {
    const total = field("total", "money", { currency: "currency" });
    const record = { id: "1", can: [], currency: "USD" };
    expect(typeOf(total).toText("1234.5", total, format, record)).toBe("US$1,234.50");
  });

  it("does not move a date by the time zone", () => {
    expect(format.date("2026-01-01")).toBe("2026年1月1日");
    expect(format.dateTime("2026-01-01T20:00:00Z")).toContain("2026年1月2日 04:00");
  });
});
