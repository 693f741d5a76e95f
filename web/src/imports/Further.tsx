import { useTranslation } from "react-i18next";
import type { Import } from "@/imports/importsApi";
import { useFormat } from "@/ui/format";

/** What a target counts beside rows, in the order it is told. */
const names = [
  "orders_created",
  "orders_updated",
  "customers_created",
  "returns",
  "adjustments",
  "lines_removed",
] as const;

/** The records that rows of several records come to: orders, customers, returns. */
export function Further({ counts }: { counts: Import["counts"] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const told = names.flatMap((name) => {
    const count = counts[name];
    return count ? [t(`imports.further.${name}`, { count, number: format.number(count) })] : [];
  });
  if (told.length === 0) return null;
  return <p>{t("imports.furtherText", { what: told.join(t("imports.comma")) })}</p>;
}
