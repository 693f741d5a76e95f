/** Theme, density, language and formats around everything, from the user's settings or the last ones seen here. */
import { useQuery } from "@tanstack/react-query";
import { ConfigProvider } from "antd";
import { type ReactNode, useEffect, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { sessionQuery } from "@/api/session";
import type { Density, Theme } from "@/api/types";
import { currentAntdLocale } from "@/app/i18n/i18n";
import { themeConfig } from "@/app/theme";
import { FormatContext, makeFormat } from "@/ui/format";
import { useMedia } from "@/ui/useMedia";

const remembered = "guanxi.appearance";

function lastSeen(): { theme?: Theme; density?: Density } {
  try {
    return JSON.parse(localStorage.getItem(remembered) ?? "{}");
  } catch {
    return {};
  }
}

const cspNonce =
  document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce || undefined;
const popups = () => document.getElementById("popups") ?? document.body;

export function Appearance({ children }: { children: ReactNode }) {
  const { data: session } = useQuery({ ...sessionQuery, enabled: false });
  const { t, i18n } = useTranslation();
  const systemDark = useMedia("(prefers-color-scheme: dark)");
  const isStill = useMedia("(prefers-reduced-motion: reduce)");
  const user = session?.user;
  const { theme = "system", density = "comfortable" } = user ?? lastSeen();
  const isDark = theme === "dark" || (theme === "system" && systemDark);

  useEffect(() => {
    Object.assign(document.documentElement.dataset, { theme: isDark ? "dark" : "light", density });
    if (user) localStorage.setItem(remembered, JSON.stringify({ theme, density }));
  }, [isDark, theme, density, user]);

  const config = useMemo(
    () => themeConfig({ isDark, isStill, density, language: i18n.language }),
    [isDark, isStill, density, i18n.language],
  );
  const timeZone = user?.time_zone || session?.workspace?.time_zone;
  const currency = session?.workspace?.currency;
  const format = useMemo(
    () =>
      makeFormat(i18n.language, {
        zone: timeZone,
        homeCurrency: currency,
        justNow: t("app.justNow"),
      }),
    [i18n.language, timeZone, currency, t],
  );

  // Popups live beside the page, not in <body>: there antd would add a style element without the nonce.
  return (
    <ConfigProvider
      theme={config}
      locale={currentAntdLocale()}
      csp={{ nonce: cspNonce }}
      getPopupContainer={popups}
      button={{ autoInsertSpace: false }}
    >
      <FormatContext value={format}>{children}</FormatContext>
    </ConfigProvider>
  );
}
