import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { followJob } from "@/api/jobs";
import { type BulkChange, type BulkTarget, changeMany, isJob, type Values } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { useErrorText } from "@/ui/errorText";

/** Changes or deletes many records; true when it was done or has been started. */
export function useBulkChange(object: ObjectMeta) {
  const { t } = useTranslation();
  const { message, modal } = App.useApp();
  const client = useQueryClient();
  const errorText = useErrorText();
  const { offer } = useUndo();

  async function send(target: BulkTarget, change: BulkChange) {
    try {
      const { data } = await changeMany(object.path, target, change);
      if (isJob(data)) {
        followJob(client, data);
        message.info(t("edit.started"));
        return true;
      }
      await refreshRecords(client, object.path);
      const key = "delete" in change ? "edit.deleted" : "edit.changed";
      offer(t(key, { count: data.changed }), data.request_id);
      return true;
    } catch (error) {
      message.error(errorText(error));
      return false;
    }
  }

  const remove = (target: BulkTarget, label: string) =>
    new Promise<boolean>((resolve) => {
      modal.confirm({
        title: t("bulk.deleteAsk"),
        content: label,
        okText: t("common.delete"),
        okButtonProps: { danger: true },
        onOk: async () => resolve(await send(target, { delete: true })),
        onCancel: () => resolve(false),
      });
    });

  return { set: (target: BulkTarget, values: Values) => send(target, { set: values }), remove };
}
