import { App } from "antd";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { onWait } from "@/api/client";

/** Says calmly that the server asks to go slower, while what was asked waits its turn. */
export function Patience() {
  const { t } = useTranslation();
  const { message } = App.useApp();
  useEffect(() => {
    onWait((seconds) => {
      void message.info({
        key: "wait",
        content: t("patience.wait", { seconds }),
        duration: seconds,
      });
    });
    return () => onWait(null);
  }, [t, message]);
  return null;
}
