import { useTranslation } from "react-i18next";
import type { ImportTarget } from "@/imports/importsApi";

/** Which record of a row a field belongs to; nothing where a row is one record. */
export function useHalfLabel(target: ImportTarget) {
  const { t } = useTranslation();
  const hasHalves = target.fields.some(({ half }) => half);
  return (half: string | null | undefined) => {
    if (!hasHalves) return "";
    if (half === "organization" || half === "person") return t(`imports.half.${half}`);
    return half ? half : t("imports.half.single");
  };
}
