import {
  Box,
  ChartColumn,
  Contact,
  House,
  type LucideIcon,
  Package,
  ReceiptText,
  Route,
  Settings,
  ShieldCheck,
  SquareCheckBig,
  Trash2,
  Upload,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";

export interface Module {
  to: string;
  label: string;
  icon: LucideIcon;
  /** The name of the icon that the firm chose instead. */
  own?: string;
  /** Heading above the module in the rail. */
  section?: string;
  object?: string;
}

const icons: Record<string, LucideIcon> = {
  customer: Contact,
  product: Package,
  order: ReceiptText,
  task: SquareCheckBig,
};

/** What this role may open, in the order of the rail. */
export function useModules(): Module[] {
  const { t } = useTranslation();
  const objects = useObjects();
  const may = (verb: string) => objects.some(({ can }) => can.includes(verb));
  const list = (name: string, section?: string): Module[] => {
    const object = findObject(objects, name);
    return object?.can.includes("read") ? [moduleOf(object, section)] : [];
  };
  const reads = (name: string) => findObject(objects, name)?.can.includes("read") ?? false;
  const page = (to: string, label: string, icon: LucideIcon, shown = true, section?: string) =>
    shown ? [{ to, label, icon, section }] : [];
  const own = objects.filter(({ area }) => area === "custom").map(({ name }) => name);
  const sales = t("nav.sales");
  const data = t("nav.data");
  return [
    ...page("/", t("nav.home"), House),
    ...list("customer"),
    ...list("task"),
    ...list("order", sales),
    ...list("product", sales),
    ...page(
      "/lifecycle",
      t("nav.lifecycle"),
      Route,
      findObject(objects, "customer")?.fields.some(({ name }) => name === "stage"),
      t("nav.insight"),
    ),
    ...page(
      "/value",
      t("nav.value"),
      ChartColumn,
      reads("order") && reads("order_line"),
      t("nav.insight"),
    ),
    ...own.flatMap((name) => list(name, t("nav.own"))),
    ...page("/imports", t("nav.imports"), Upload, may("import"), data),
    ...page(
      "/data-quality",
      t("nav.dataQuality"),
      ShieldCheck,
      ["merge", "export"].some((verb) => findObject(objects, "customer")?.can.includes(verb)),
      data,
    ),
    ...page("/recycle-bin", t("nav.recycleBin"), Trash2, may("delete"), data),
    ...page("/settings", t("nav.settings"), Settings, true, data),
  ];
}

function moduleOf(object: ObjectMeta, section?: string): Module {
  return {
    to: `/${object.path}`,
    label: object.label_plural,
    icon: icons[object.name] ?? Box,
    own: object.area === "custom" ? object.icon : undefined,
    section,
    object: object.name,
  };
}
