import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App, Button, Dropdown, type MenuProps } from "antd";
import { Ellipsis } from "lucide-react";
import { lazy, type ReactNode, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { deleteRecord, runAction } from "@/api/records";
import { useUser } from "@/api/session";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { usePrivacyMenu } from "@/objects/erasing/usePrivacyMenu";
import { AlsoHere } from "@/objects/record/AlsoHere";
import { FollowButton } from "@/objects/record/FollowButton";
import { titleOf } from "@/objects/record/recordPath";
import { ShareButton } from "@/objects/record/ShareButton";
import { useRecordCommands } from "@/objects/record/useRecordCommands";
import { useErrorText } from "@/ui/errorText";
import styles from "./record.module.css";

const AccessDrawer = lazy(async () => ({
  default: (await import("@/objects/record/AccessDrawer")).AccessDrawer,
}));

interface Props {
  object: ObjectMeta;
  record: RecordRow;
  /** Chips beside the name. */
  children?: ReactNode;
  actions?: ReactNode;
}

export function RecordHeader({ object, record, children, actions }: Props) {
  useRecordCommands(object, record);
  const title = titleOf(object, record);
  return (
    <header className={styles.header}>
      <div className={styles.heading}>
        <small className="secondary">{object.label}</small>
        <h1 className="ellipsis" title={title}>
          {title}
        </h1>
        <div className={styles.chips}>
          {children}
          <AlsoHere object={object} id={record.id} />
        </div>
      </div>
      <div className={styles.actions}>
        {object.actions
          .filter(({ name }) => record.can.includes(name))
          .map(({ name, label }) => (
            <ActionButton key={name} object={object} record={record} name={name} label={label} />
          ))}
        {actions}
        <ShareButton object={object} id={record.id} title={title} />
        <FollowButton object={object} id={record.id} />
        <MoreActions object={object} record={record} />
      </div>
    </header>
  );
}

function MoreActions({ object, record }: Pick<Props, "object" | "record">) {
  const { t } = useTranslation();
  const { administer } = useUser();
  const remove = useDelete(object, record);
  const [explains, setExplains] = useState<boolean>();
  const privacy = usePrivacyMenu(object, record.id);
  const items: NonNullable<MenuProps["items"]> = [...privacy.items];
  if (administer) {
    items.push({ key: "access", label: t("access.title"), onClick: () => setExplains(true) });
  }
  if (record.can.includes("delete")) {
    items.push({ key: "delete", label: t("common.delete"), danger: true, onClick: remove });
  }
  if (items.length === 0) return null;
  return (
    <>
      <Dropdown trigger={["click"]} menu={{ items }}>
        <Button icon={<Ellipsis size={16} />} aria-label={t("common.moreActions")} />
      </Dropdown>
      {privacy.dialog}
      {explains !== undefined && (
        <Suspense fallback={null}>
          <AccessDrawer
            object={object}
            id={record.id}
            open={explains}
            onClose={() => setExplains(false)}
          />
        </Suspense>
      )}
    </>
  );
}

interface ActionProps {
  object: ObjectMeta;
  record: RecordRow;
  name: string;
  label: string;
}

/** A verb the server offers for this record; the answer is the record after it. */
function ActionButton({ object, record, name, label }: ActionProps) {
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();
  const run = useMutation({
    mutationFn: () => runAction(object.path, record.id, name),
    onSuccess: async ({ requestId }) => {
      await refreshRecords(client, object.path);
      offer(label, requestId);
    },
    onError: (error) => message.error(errorText(error)),
  });
  return (
    <Button loading={run.isPending} onClick={() => run.mutate()}>
      {label}
    </Button>
  );
}

/** To the recycle bin without asking: the toast takes it back. */
function useDelete(object: ObjectMeta, record: RecordRow) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();
  return async () => {
    try {
      const { requestId } = await deleteRecord(object.path, record.id);
      await navigate({ to: "/$path", params: { path: object.path } });
      void refreshRecords(client, object.path);
      offer(t("edit.deleted", { count: 1 }), requestId);
    } catch (error) {
      message.error(errorText(error));
    }
  };
}
