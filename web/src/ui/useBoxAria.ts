import { type RefObject, useEffect } from "react";

interface Aria {
  required?: boolean;
  describedBy?: string;
}

/** Tells who listens how the box within stands; editors of all types of fields have one. */
export function useBoxAria(around: RefObject<HTMLElement | null>, { required, describedBy }: Aria) {
  useEffect(() => {
    const box = around.current?.querySelector("input, textarea");
    if (!box) return;
    if (required) box.setAttribute("aria-required", "true");
    else box.removeAttribute("aria-required");
    if (describedBy) box.setAttribute("aria-describedby", describedBy);
    else box.removeAttribute("aria-describedby");
  });
}
