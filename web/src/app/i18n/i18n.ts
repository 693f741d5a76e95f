/** Three languages, each loaded when it is first needed: the browser's before sign-in, the user's after.
 * Every area keeps its own texts beside its screens, under keys of its own. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { setRequestLanguage } from "@/api/client";
import type { Language } from "@/ui/languages";

/** What the pages before sign-in need. */
const first = {
  "zh-CN": () =>
    Promise.all([import("antd/es/locale/zh_CN"), import("@/app/session/i18n/zh-CN.json")]),
  "zh-TW": () =>
    Promise.all([import("antd/es/locale/zh_TW"), import("@/app/session/i18n/zh-TW.json")]),
  en: () => Promise.all([import("antd/es/locale/en_US"), import("@/app/session/i18n/en.json")]),
} satisfies Record<Language, () => Promise<unknown>>;

/** What comes with the frame. */
const areas = {
  "zh-CN": () =>
    Promise.all([
      import("dayjs/locale/zh-cn"),
      import("./zh-CN.json"),
      import("@/insight/i18n/zh-CN.json"),
      import("@/customers/i18n/zh-CN.json"),
      import("@/palette/i18n/zh-CN.json"),
      import("@/notifications/i18n/zh-CN.json"),
    ]),
  "zh-TW": () =>
    Promise.all([
      import("dayjs/locale/zh-tw"),
      import("./zh-TW.json"),
      import("@/insight/i18n/zh-TW.json"),
      import("@/customers/i18n/zh-TW.json"),
      import("@/palette/i18n/zh-TW.json"),
      import("@/notifications/i18n/zh-TW.json"),
    ]),
  en: () =>
    Promise.all([
      import("dayjs/locale/en"),
      import("./en.json"),
      import("@/insight/i18n/en.json"),
      import("@/customers/i18n/en.json"),
      import("@/palette/i18n/en.json"),
      import("@/notifications/i18n/en.json"),
    ]),
} satisfies Record<Language, () => Promise<unknown>>;

/** What comes with the pages that need it. */
const later = {
  settings: {
    "zh-CN": () =>
      Promise.all([
        import("@/settings/i18n/zh-CN.json"),
        import("@/fields/i18n/zh-CN.json"),
        import("@/layouts/i18n/zh-CN.json"),
      ]),
    "zh-TW": () =>
      Promise.all([
        import("@/settings/i18n/zh-TW.json"),
        import("@/fields/i18n/zh-TW.json"),
        import("@/layouts/i18n/zh-TW.json"),
      ]),
    en: () =>
      Promise.all([
        import("@/settings/i18n/en.json"),
        import("@/fields/i18n/en.json"),
        import("@/layouts/i18n/en.json"),
      ]),
  },
  imports: {
    "zh-CN": () => Promise.all([import("@/imports/i18n/zh-CN.json")]),
    "zh-TW": () => Promise.all([import("@/imports/i18n/zh-TW.json")]),
    en: () => Promise.all([import("@/imports/i18n/en.json")]),
  },
  quality: {
    "zh-CN": () => Promise.all([import("@/insight/quality/i18n/zh-CN.json")]),
    "zh-TW": () => Promise.all([import("@/insight/quality/i18n/zh-TW.json")]),
    en: () => Promise.all([import("@/insight/quality/i18n/en.json")]),
  },
  value: {
    "zh-CN": () => Promise.all([import("@/insight/value/i18n/zh-CN.json")]),
    "zh-TW": () => Promise.all([import("@/insight/value/i18n/zh-TW.json")]),
    en: () => Promise.all([import("@/insight/value/i18n/en.json")]),
  },
} satisfies Record<string, Record<Language, () => Promise<unknown>>>;
type Later = keyof typeof later;

type AntdLocale = Awaited<ReturnType<(typeof first)["en"]>>[0]["default"];

let antdLocale: AntdLocale | undefined;
export const currentAntdLocale = () => antdLocale;

const remembered = "guanxi.language";

function toLanguage(tag: string | null): Language | null {
  if (!tag) return null;
  if (/^zh-(TW|HK|MO|Hant)/i.test(tag)) return "zh-TW";
  if (/^zh/i.test(tag)) return "zh-CN";
  return /^en/i.test(tag) ? "en" : null;
}

export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(remembered), ...navigator.languages];
  return wanted.map(toLanguage).find((language) => language !== null) ?? "en";
}

let whole: Promise<void> | null = null;

/** Loads the texts of all areas, now and whenever the language changes from here on. */
export function loadAreas() {
  whole ??= loadAreasIn(i18next.language as Language).catch((error) => {
    whole = null;
    throw error;
  });
  return whole;
}

async function loadAreasIn(language: Language) {
  const [{ default: dayjs }, [, ...catalogs]] = await Promise.all([
    import("dayjs"),
    areas[language](),
  ]);
  dayjs.locale(language.toLowerCase());
  for (const { default: texts } of catalogs) {
    i18next.addResourceBundle(language, "translation", texts);
  }
}

const loaded = new Set<Later>();

/** Loads the texts of some pages, now and whenever the language changes from here on. */
export async function loadTextsOf(pages: Later) {
  await loadTextsIn(i18next.language as Language, pages);
  loaded.add(pages);
}

async function loadTextsIn(language: Language, pages: Later) {
  for (const { default: texts } of await later[pages][language]()) {
    i18next.addResourceBundle(language, "translation", texts);
  }
}

export async function switchLanguage(tag: string) {
  const language = toLanguage(tag) ?? "en";
  setRequestLanguage(language);
  if (i18next.language === language) return;
  const [antd, texts] = await first[language]();
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      lng: language,
      interpolation: { escapeValue: false },
      resources: {},
      fallbackLng: false,
    });
  }
  i18next.addResourceBundle(language, "translation", texts.default);
  if (whole) await loadAreasIn(language);
  await Promise.all([...loaded].map((pages) => loadTextsIn(language, pages)));
  antdLocale = antd.default;
  document.documentElement.lang = language;
  localStorage.setItem(remembered, language);
  await i18next.changeLanguage(language);
}
