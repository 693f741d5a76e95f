import { expect, it } from "vitest";
import { languages } from "@/ui/languages";

type Texts = { [key: string]: string | Texts };

const catalogues = import.meta.glob<Texts>("/src/**/i18n/*.json", {
  eager: true,
  import: "default",
});
const areas = new Set(Object.keys(catalogues).map((path) => path.replace(/[^/]+$/, "")));
const cases = [...areas].flatMap((area) => languages.map((language) => [area, language]));

function keysOf(texts: Texts = {}): string[] {
  return Object.entries(texts).flatMap(([key, text]) =>
    typeof text === "string" ? key : keysOf(text).map((rest) => `${key}.${rest}`),
  );
}

/** The keys that a catalogue in `language` must have, given those of the English one: of a plural
 * as many as the language tells apart, which for Chinese is one. */
function keysIn(language: string, english: string[]): string[] {
  const { pluralCategories } = new Intl.PluralRules(language).resolvedOptions();
  const keys = english.flatMap((key) => {
    const [, base] = key.match(/^(.+)_(?:one|other)$/) ?? [];
    return base ? pluralCategories.map((category) => `${base}_${category}`) : key;
  });
  return [...new Set(keys)];
}

it.each(cases)("%s has every text in %s", (area, language) => {
  const wanted = keysIn(language, keysOf(catalogues[`${area}en.json`]));
  expect(keysOf(catalogues[`${area}${language}.json`]).sort()).toEqual(wanted.sort());
});

it("names no text of the settings outside of them, where it is not loaded", () => {
  const sources = import.meta.glob<string>(
    ["/src/**/*.{ts,tsx}", "!/src/{settings,fields,layouts}/**", "!/src/**/*.test.*"],
    { eager: true, import: "default", query: "?raw" },
  );
  const all = Object.values(sources).join("\n");
  const keys = ["settings", "fields", "layouts"].flatMap((area) =>
    keysOf(catalogues[`/src/${area}/i18n/en.json`]),
  );
  expect(keys.filter((key) => all.includes(`"${key.replace(/_(?:one|other)$/, "")}"`))).toEqual([]);
});
