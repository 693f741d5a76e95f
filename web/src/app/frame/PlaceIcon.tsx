import { lazy, Suspense } from "react";
import type { Module } from "@/app/frame/navigation";

const OwnIcon = lazy(() => import("@/ui/OwnIcon"));

/** The icon of a place: that which the firm chose, once it is there. */
export function PlaceIcon({ module, size }: { module: Module; size: number }) {
  const { icon: Icon, own } = module;
  const plain = <Icon size={size} aria-hidden />;
  if (!own) return plain;
  return (
    <Suspense fallback={plain}>
      <OwnIcon name={own} size={size} />
    </Suspense>
  );
}
