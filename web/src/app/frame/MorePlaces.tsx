import { Drawer } from "antd";
import { useTranslation } from "react-i18next";
import { ModuleList } from "@/app/frame/Rail";

/** All places, over the lower part of a phone. */
export function MorePlaces({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Drawer open={open} onClose={onClose} placement="bottom" size="large" title={t("nav.more")}>
      <ModuleList label={t("nav.more")} onGo={onClose} />
    </Drawer>
  );
}
