import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";

export const kinds = ["read", "write"] as const;

/** A scope in words: "Read everything", "Customers: write". */
export function useScopeLabel() {
  const { t } = useTranslation();
  const objects = useObjects();
  return (scope: string) => {
    const [name = "", kind] = scope.split(":");
    if (!kind) return t(name === "read" ? "tokens.readAll" : "tokens.writeAll");
    const what = findObject(objects, name)?.label_plural ?? name;
    return t(kind === "read" ? "tokens.readOne" : "tokens.writeOne", { what });
  };
}
