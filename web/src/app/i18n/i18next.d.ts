import "i18next";
import type session from "@/app/session/i18n/en.json";
import type customers from "@/customers/i18n/en.json";
import type fields from "@/fields/i18n/en.json";
import type imports from "@/imports/i18n/en.json";
import type insight from "@/insight/i18n/en.json";
import type quality from "@/insight/quality/i18n/en.json";
import type value from "@/insight/value/i18n/en.json";
import type layouts from "@/layouts/i18n/en.json";
import type notifications from "@/notifications/i18n/en.json";
import type palette from "@/palette/i18n/en.json";
import type settings from "@/settings/i18n/en.json";
import type frame from "./en.json";

type Texts = typeof frame &
  typeof session &
  typeof customers &
  typeof fields &
  typeof imports &
  typeof insight &
  typeof layouts &
  typeof notifications &
  typeof palette &
  typeof quality &
  typeof settings &
  typeof value;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}
