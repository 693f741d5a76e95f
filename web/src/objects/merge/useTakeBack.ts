import { useNavigate } from "@tanstack/react-router";
import { useCallback } from "react";

/** Opens the page of the record that a merge made, with the dialog that takes the merge back. */
export function useTakeBack() {
  const navigate = useNavigate();
  return useCallback(
    (merge: string, survivor: string) =>
      void navigate({
        to: "/customers/$id",
        params: { id: survivor },
        search: { takeBack: merge },
      }),
    [navigate],
  );
}
