import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";

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
