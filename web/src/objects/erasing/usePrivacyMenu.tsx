import { useQuery } from "@tanstack/react-query";
import type { MenuProps } from "antd";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { privacyQuery } from "@/api/erasing";
import type { ObjectMeta } from "@/api/types";

/** Rarely opened: they come when they are. */
const EraseDialog = lazy(async () => ({
  default: (await import("@/objects/erasing/EraseDialog")).EraseDialog,
}));
const HoldDialog = lazy(async () => ({
  default: (await import("@/objects/erasing/HoldDialog")).HoldDialog,
}));

type Items = NonNullable<MenuProps["items"]>;

/** What a record's menu offers whoever may erase, and the dialog that is open. */
export function usePrivacyMenu(
  object: ObjectMeta,
  id: string,
): { items: Items; dialog: ReactNode } {
  const { t } = useTranslation();
  const [open, setOpen] = useState<"erase" | "hold" | null>(null);
  const { data } = useQuery({
    ...privacyQuery(object.path, id),
    enabled: object.can.includes("erase"),
  });
  const close = () => setOpen(null);
  const items: Items = [];
  if (data?.can.includes("hold")) {
    items.push({ key: "hold", label: t("erasing.hold.open"), onClick: () => setOpen("hold") });
  }
  if (data?.can.includes("erase")) {
    items.push({
      key: "erase",
      label: t("erasing.open"),
      danger: true,
      onClick: () => setOpen("erase"),
    });
  }
  const dialog = open && (
    <Suspense fallback={null}>
      {open === "erase" ? (
        <EraseDialog object={object} id={id} onClose={close} />
      ) : (
        <HoldDialog object={object} id={id} hold={data?.hold ?? null} onClose={close} />
      )}
    </Suspense>
  );
  return { items, dialog };
}
