import { theme } from "antd";
import { useMemo } from "react";
import type { Look } from "@/objects/chart/chartOption";

const inTurn = ["blue", "green", "gold", "purple", "cyan", "magenta", "orange", "lime"];

/** The colours of the theme as it is now. */
export function useLook(): Look {
  const { token } = theme.useToken();
  return useMemo(() => {
    const colors = token as unknown as Record<string, string>;
    const shade = (name: string) => colors[`${name}6`] ?? token.colorPrimary;
    const named = [...inTurn, "geekblue", "volcano", "red", "yellow", "pink"];
    return {
      text: token.colorText,
      secondary: token.colorTextSecondary,
      line: token.colorBorderSecondary,
      ground: token.colorBgElevated,
      primary: token.colorPrimary,
      named: Object.fromEntries(named.map((name) => [name, shade(name)])),
      palette: inTurn.map(shade),
      font: token.fontFamily,
    };
  }, [token]);
}
