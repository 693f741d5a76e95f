import { useTranslation } from "react-i18next";
import { useFormat } from "@/ui/format";

/** While the ledger is made for the first time, how far it is: until then sums lack customers. */
export function Made({ share }: { share: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (share === 1) return null;
  return (
    <small className="secondary" role="status">
      {t("value.made", { share: format.share(share) })}
    </small>
  );
}
