import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { recordsKey } from "@/api/records";
import { type AttentionPages, withoutItem } from "@/insight/attentionCache";
import {
  type Attention,
  actOnAttention,
  type DismissReason,
  type Done,
  dismissAttention,
  insightKey,
  reopenAttention,
  snoozeAttention,
} from "@/insight/insightApi";
import { useUndo } from "@/objects/edit/useUndo";
import { useErrorText } from "@/ui/errorText";

const listKey = [...insightKey, "attention"];

/** The three things to do with an item. It leaves the list at once; a refusal puts it back and says why. */
export function useDecide() {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();

  const decide = useCallback(
    async (item: Attention, send: () => Promise<unknown>, onDone: () => void) => {
      await client.cancelQueries({ queryKey: listKey });
      const before = client.getQueriesData<AttentionPages>({ queryKey: listKey });
      client.setQueriesData<AttentionPages>(
        { queryKey: listKey },
        (data) => data && withoutItem(data, item.id),
      );
      try {
        await send();
        onDone();
        return true;
      } catch (error) {
        if (isDecided(error)) {
          message.info(errorText(error));
          return true;
        }
        for (const [key, data] of before) client.setQueryData(key as QueryKey, data);
        message.error(errorText(error));
        return false;
      }
    },
    [client, errorText, message],
  );

  const putAway = (item: Attention, send: () => Promise<unknown>, said: string) =>
    decide(item, send, () => offer(said, () => reopenAttention(item.id)));

  return {
    act: async (item: Attention, done: Done) => {
      const said = t(done.kind === "task" ? "insight.did.task" : "insight.did.call", {
        name: item.customer.label,
      });
      const ok = await decide(
        item,
        () => actOnAttention(item.id, done),
        () => message.success(said),
      );
      void client.invalidateQueries({ queryKey: recordsKey("tasks") });
      void client.invalidateQueries({ queryKey: ["timeline", item.customer.id] });
      return ok;
    },
    snooze: (item: Attention, until: string, shown: string) =>
      putAway(
        item,
        () => snoozeAttention(item.id, until),
        t("insight.did.snooze", { name: item.customer.label, date: shown }),
      ),
    dismiss: (item: Attention, reason: DismissReason, note?: string) =>
      putAway(
        item,
        () => dismissAttention(item.id, reason, note),
        t("insight.did.dismiss", { name: item.customer.label }),
      ),
  };
}

/** Somebody else was quicker: it is off the list either way. */
const isDecided = (error: unknown) =>
  error instanceof ApiError && (error.code === "attention_decided" || error.status === 404);
