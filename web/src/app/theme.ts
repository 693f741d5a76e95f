/** The one visual language: antd design tokens. Style sheets read them as CSS variables (--ant-…). */
import { type ThemeConfig, theme } from "antd";
import type { Density } from "@/api/types";

const fonts = {
  "zh-CN": '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "Source Han Sans SC"',
  "zh-TW": '"PingFang TC", "Microsoft JhengHei", "Noto Sans CJK TC", "Source Han Sans TC"',
  en: '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC"',
};

const fontFamily = (language: string) =>
  `-apple-system, BlinkMacSystemFont, "Segoe UI", Inter, Roboto, "Helvetica Neue", ${
    fonts[language as keyof typeof fonts] ?? fonts.en
  }, Arial, sans-serif`;

const light = {
  colorPrimary: "#3b5bdb",
  colorLink: "#3451c6",
  colorTextBase: "#1a1d23",
  colorBgLayout: "#f7f8fa",
  colorBorder: "#d9dce3",
  colorBorderSecondary: "#e9ebf0",
  colorTextSecondary: "rgba(26, 29, 35, 0.72)",
  colorTextTertiary: "rgba(26, 29, 35, 0.62)",
  colorTextPlaceholder: "rgba(26, 29, 35, 0.64)",
  colorError: "#cf2a30",
};

const dark = {
  colorPrimary: "#5c7cfa",
  colorLink: "#91a7ff",
  colorBgBase: "#15171c",
  colorBgLayout: "#0f1115",
  colorBgContainer: "#15171c",
  colorBgElevated: "#1d2027",
  colorTextBase: "#eceef2",
  colorBorder: "#383d47",
  colorBorderSecondary: "#262a32",
  colorTextSecondary: "rgba(236, 238, 242, 0.72)",
  colorTextTertiary: "rgba(236, 238, 242, 0.6)",
  colorTextPlaceholder: "rgba(236, 238, 242, 0.6)",
  colorError: "#ff6b6b",
};

interface Look {
  isDark: boolean;
  /** Without motion: popups stand in their place at once. */
  isStill: boolean;
  density: Density;
  language: string;
}

export function themeConfig({ isDark, isStill, density, language }: Look): ThemeConfig {
  const compact = density === "compact";
  return {
    // Fixed key: index.html carries it as a class, so that our own style sheets see the variables too.
    cssVar: { key: "gx" },
    hashed: false,
    algorithm: isDark ? theme.darkAlgorithm : theme.defaultAlgorithm,
    token: {
      ...(isDark ? dark : light),
      borderRadius: 6,
      fontSize: compact ? 13 : 14,
      controlHeight: compact ? 28 : 32,
      fontFamily: fontFamily(language),
      motion: !isStill,
      motionDurationMid: "0.12s",
      motionDurationSlow: "0.18s",
      wireframe: false,
    },
    components: {
      Button: { primaryShadow: "none", defaultShadow: "none", dangerShadow: "none" },
    },
  };
}
