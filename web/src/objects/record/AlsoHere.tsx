import { queryOptions, useQuery } from "@tanstack/react-query";
import { Avatar, Tooltip } from "antd";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { request } from "@/api/client";
import { newId } from "@/api/newId";
import type { ObjectMeta } from "@/api/types";
import { initials } from "@/ui/initials";
import styles from "./record.module.css";

interface Here {
  others: { id: string; label: string }[];
  again_in: number;
}

const hereQuery = (page: string, object: string, id: string) =>
  queryOptions({
    queryKey: ["presence", page, object, id],
    queryFn: async () =>
      (await request<Here>("PUT", `/live/pages/${page}`, { body: { object, id } })).data,
    refetchInterval: ({ state }) => (state.data ? state.data.again_in * 1000 : false),
    retry: false,
    gcTime: 0,
    staleTime: 0,
  });

const most = 3;

/** Colleagues who have the same record open just now. */
export function AlsoHere({ object, id }: { object: ObjectMeta; id: string }) {
  const { t } = useTranslation();
  const [page] = useState(newId);
  const { data } = useQuery(hereQuery(page, object.name, id));
  useEffect(() => {
    const leave = () =>
      void request("DELETE", `/live/pages/${page}`, { keepalive: true }).catch(() => undefined);
    window.addEventListener("pagehide", leave);
    return () => {
      window.removeEventListener("pagehide", leave);
      leave();
    };
  }, [page]);
  if (!data?.others.length) return null;
  const names = data.others.map(({ label }) => label);
  const text = t("record.alsoHere", { names });
  return (
    <Tooltip title={text}>
      <span role="img" aria-label={text} className={styles.here}>
        {data.others.slice(0, most).map(({ id: user, label }) => (
          <Avatar key={user} size={26}>
            {initials(label)}
          </Avatar>
        ))}
        {data.others.length > most && <small>+{data.others.length - most}</small>}
      </span>
    </Tooltip>
  );
}
