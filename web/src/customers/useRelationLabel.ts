import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import { useFormat } from "@/ui/format";

/** What the other customer is to this one: "contact person", "works for"; new kinds by their own label. */
export function useRelationLabel(object: ObjectMeta) {
  const { t, i18n } = useTranslation();
  return (reading: string) => {
    const key = `customer.relation.is.${reading}`;
    if (i18n.exists(key)) return t(key as "customer.relation.is.in.contact_of");
    const kind = reading.split(".")[1];
    const choices = fieldOf(object, "kind")?.choices ?? [];
    return choices.find(({ value }) => value === kind)?.label ?? kind ?? "";
  };
}

interface Days {
  since?: string | null;
  until?: string | null;
}

/** "since May 1, 2024", "until …", "from … to …"; nothing of what is open on both sides. */
export function useRelationDates() {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ since, until }: Days) => {
    if (since && until) return format.dateRange(since, until);
    if (since) return t("customer.relation.since", { date: format.date(since) });
    return until ? t("customer.relation.until", { date: format.date(until) }) : "";
  };
}
