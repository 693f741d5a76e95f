import { expect, it } from "vitest";
import {
  addGroup,
  type Draft,
  formLists,
  moveTo,
  offPage,
  pageLists,
  placeOf,
  removeGroup,
  step,
  withForm,
  withPage,
} from "@/layouts/arranging";

const field = (name: string, more = {}) => ({
  name,
  label: name,
  read_only: false,
  required: false,
  mask: null,
  ...more,
});

const draft: Draft = {
  groups: [
    { name: "a", title: "A", labels: {}, fields: ["one", "two", "three"] },
    { name: "b", title: "B", labels: {}, fields: ["four"] },
  ],
  hidden: ["five"],
  form: ["one", "four"],
  fields: [
    field("one", { required: true }),
    ...["two", "three", "four", "five"].map((name) => field(name)),
    field("score", { read_only: true }),
  ],
};
const fieldsOf = (lists: { fields: string[] }[]) => lists.map(({ fields }) => fields);

it("lists each field once, those placed nowhere off the page", () => {
  expect(fieldsOf(pageLists(draft))).toEqual([
    ["one", "two", "three"],
    ["four"],
    ["five", "score"],
  ]);
  expect(fieldsOf(formLists(draft))).toEqual([
    ["one", "four"],
    ["two", "three", "five"],
  ]);
});

it("moves a field before the one it is dropped on", () => {
  const lists = pageLists(draft);
  expect(fieldsOf(moveTo(lists, "one", { list: "a", at: 2 }))[0]).toEqual(["two", "one", "three"]);
  expect(fieldsOf(moveTo(lists, "three", { list: "a", at: 0 }))[0]).toEqual([
    "three",
    "one",
    "two",
  ]);
  expect(placeOf(moveTo(lists, "five", { list: "b", at: 1 }), "five")).toEqual({
    list: "b",
    at: 1,
  });
});

it("steps over the edge of a group into the next", () => {
  const lists = pageLists(draft);
  expect(fieldsOf(step(lists, "one", 1))[0]).toEqual(["two", "one", "three"]);
  expect(fieldsOf(step(lists, "two", -1))[0]).toEqual(["two", "one", "three"]);
  expect(fieldsOf(step(lists, "three", 1))).toEqual([
    ["one", "two"],
    ["three", "four"],
    ["five", "score"],
  ]);
  expect(placeOf(step(lists, "four", -1), "four")).toEqual({ list: "a", at: 3 });
  expect(placeOf(step(lists, "four", 1), "four")).toEqual({ list: offPage, at: 0 });
  expect(step(lists, "one", -1)).toEqual(lists);
});

it("writes lists back, and keeps in the form what is required", () => {
  const moved = withPage(draft, moveTo(pageLists(draft), "two", { list: offPage, at: 0 }));
  expect([moved.groups[0]?.fields, moved.hidden]).toEqual([
    ["one", "three"],
    ["two", "five", "score"],
  ]);
  expect(withForm(draft, step(formLists(draft), "four", 1)).form).toEqual(["one"]);
  const away = withForm(draft, moveTo(formLists(draft), "one", { list: ":others", at: 0 }));
  expect(away.form).toEqual(["four", "one"]);
});

it("adds groups under names of their own and puts the fields of a removed one off the page", () => {
  const twice = addGroup(addGroup(draft, "en", "New"), "en", "New");
  expect(twice.groups.map(({ name }) => name)).toEqual(["a", "b", "group_3", "group_4"]);
  const [first] = draft.groups;
  if (!first) throw new Error();
  expect(removeGroup(draft, first).hidden).toEqual(["five", "one", "two", "three"]);
});
