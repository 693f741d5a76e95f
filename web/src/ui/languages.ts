export const languages = ["zh-CN", "zh-TW", "en"] as const;
export type Language = (typeof languages)[number];

/** Each language's name in that language; never translated. */
export const languageNames: Record<Language, string> = {
  "zh-CN": "简体中文",
  "zh-TW": "繁體中文",
  en: "English",
};

export type Texts = Partial<Record<Language, string>>;

/** The text in this language, else in the nearest there is: as the server chooses. */
export function textIn(texts: Texts, language: string) {
  const chinese: Language[] = language.startsWith("zh") ? ["zh-CN", "zh-TW"] : [];
  const order = [language as Language, ...chinese, "en" as const, ...languages];
  return order.map((one) => texts[one]?.trim()).find(Boolean) ?? "";
}
