import { useQuery } from "@tanstack/react-query";
import { Button, Tooltip } from "antd";
import { UserPlus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { sharesQuery } from "@/api/shares";
import type { ObjectMeta } from "@/api/types";
import { useCommands } from "@/ui/commands";
import { useFormat } from "@/ui/format";
import styles from "./record.module.css";

const ShareDialog = lazy(async () => ({
  default: (await import("@/objects/record/ShareDialog")).ShareDialog,
}));

interface Props {
  object: ObjectMeta;
  id: string;
  title: string;
}

/** With whom a record is shared; there is nothing to say of one that is not and cannot be. */
export function ShareButton({ object, id, title }: Props) {
  const { t } = useTranslation();
  const format = useFormat();
  const [open, setOpen] = useState(false);
  const { data } = useQuery(sharesQuery(object.name, id));
  const mayShare = data?.can.includes("share") ?? false;
  const show = () => setOpen(true);
  useCommands(
    mayShare
      ? [
          {
            id: "share",
            label: t("sharing.command"),
            icon: UserPlus,
            group: t("palette.group.record"),
            run: show,
          },
        ]
      : [],
  );
  if (!data || (!mayShare && data.items.length === 0)) return null;
  const names = data.items.map(({ user, team }) => (user ?? team)?.label ?? "");
  const label =
    names.length > 0
      ? t("sharing.shared", { number: format.number(names.length) })
      : t("sharing.share");
  return (
    <>
      <Tooltip title={names.length > 0 ? t("sharing.with", { names }) : t("sharing.command")}>
        <Button icon={<UserPlus size={15} />} aria-label={label} onClick={show}>
          <span className={styles.wideOnly}>{label}</span>
        </Button>
      </Tooltip>
      {open && (
        <Suspense fallback={null}>
          <ShareDialog
            object={object}
            id={id}
            title={title}
            shares={data}
            onClose={() => setOpen(false)}
          />
        </Suspense>
      )}
    </>
  );
}
