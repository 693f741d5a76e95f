import "i18next";
import type catalog from "./en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: typeof catalog };
  }
}
