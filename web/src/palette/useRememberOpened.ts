import { useQueryClient } from "@tanstack/react-query";
import { useRouterState } from "@tanstack/react-router";
import { useEffect } from "react";
import { findObject, useObjects } from "@/api/meta";
import { rememberOpened, searchQuery } from "@/api/search";

const recordAddress = /^\/([^/]+)\/([0-9a-f]{8}-[0-9a-f-]{27})$/;

/** Tells the server of each record whose page is opened: those come first next time. */
export function useRememberOpened() {
  const client = useQueryClient();
  const objects = useObjects();
  const [, path, id] =
    useRouterState({ select: ({ location }) => location.pathname }).match(recordAddress) ?? [];
  const object = path ? findObject(objects, path) : undefined;
  const type = object?.search ? object.name : undefined;
  useEffect(() => {
    if (!type || !id) return;
    rememberOpened(type, id).then(
      () => client.invalidateQueries({ queryKey: searchQuery("").queryKey }),
      () => {}, // a page that says "not found" is no recent one
    );
  }, [client, type, id]);
}
