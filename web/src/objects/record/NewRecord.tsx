import { lazy, Suspense, useRef } from "react";
import type { NewRecordProps } from "@/objects/record/NewRecordDrawer";

const NewRecordDrawer = lazy(async () => ({
  default: (await import("@/objects/record/NewRecordDrawer")).NewRecordDrawer,
}));

/** The drawer in which a record is made; its form comes when it is first opened. */
export function NewRecord(props: NewRecordProps) {
  const wasOpen = useRef(false);
  wasOpen.current ||= props.open;
  if (!wasOpen.current) return null;
  return (
    <Suspense fallback={null}>
      <NewRecordDrawer {...props} />
    </Suspense>
  );
}
