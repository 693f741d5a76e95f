import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { privacyQuery } from "@/api/erasing";
import type { ObjectMeta } from "@/api/types";
import { Chip } from "@/ui/Chip";
import { useFormat } from "@/ui/format";

/** Beside a record's name: that it was erased, or must stay as it is. */
export function PrivacyChip({ object, id }: { object: ObjectMeta; id: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useQuery(privacyQuery(object.path, id));
  if (data?.erased_at) {
    return <Chip>{t("erasing.chip.erased", { day: format.date(data.erased_at) })}</Chip>;
  }
  if (!data?.hold) return null;
  const { until } = data.hold;
  return (
    <Chip color="gold">
      {until ? t("erasing.chip.heldUntil", { day: format.date(until) }) : t("erasing.chip.held")}
    </Chip>
  );
}
