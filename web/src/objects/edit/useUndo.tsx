import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { undoChange } from "@/api/records";
import { useTakeBack } from "@/objects/merge/useTakeBack";
import { useErrorText } from "@/ui/errorText";
import { changes, type TakeBack } from "./changes";
import styles from "./edit.module.css";

const toastKey = "undo";
const seconds = 10;

interface UndoConflict {
  field: string;
  current: unknown;
  would_be: unknown;
}

/** Says what was changed, and takes changes back and makes them again. */
export function useUndo() {
  const { t } = useTranslation();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const errorText = useErrorText();
  const takeBack = useTakeBack();

  const tell = useCallback(
    (title: string, action?: { label: string; onClick: () => void }) =>
      notification.open({
        key: toastKey,
        title: (
          <span className={styles.toast}>
            <span className="ellipsis">{title}</span>
            {action && (
              <Button type="link" size="small" onClick={action.onClick}>
                {action.label}
              </Button>
            )}
          </span>
        ),
        className: styles.toastBox,
        duration: seconds,
        role: "status",
      }),
    [notification],
  );

  const refuse = useCallback(
    (error: unknown) => {
      if (error instanceof ApiError && error.code === "merge_conflict") {
        const { merge, survivor } = error.problem;
        const open = () => {
          notification.destroy(toastKey);
          takeBack(String(merge), String(survivor));
        };
        const actions = <Button onClick={open}>{t("merge.back.open")}</Button>;
        notification.warning({ key: toastKey, title: errorText(error), actions });
        return;
      }
      const conflicts = error instanceof ApiError ? error.problem.conflicts : undefined;
      const lines = ((conflicts as UndoConflict[] | undefined) ?? []).map((conflict) =>
        t("edit.undoConflict", {
          field: conflict.field,
          current: String(conflict.current ?? ""),
          wouldBe: String(conflict.would_be ?? ""),
        }),
      );
      notification.warning({
        key: toastKey,
        title: lines.length > 0 ? t("edit.undoRefused") : errorText(error),
        description: lines.join("\n"),
      });
    },
    [errorText, notification, t, takeBack],
  );

  const redo = useCallback(
    () =>
      changes.redo(async (change) => {
        const { requestId } = await undoChange(change.takeBack);
        await client.invalidateQueries();
        tell(t("edit.redone", { title: change.title }));
        return requestId;
      }, refuse),
    [client, refuse, t, tell],
  );

  const undo = useCallback(
    (takeBack?: TakeBack) =>
      changes.undo(
        async (change) => {
          notification.destroy(toastKey);
          const answer =
            typeof change.takeBack === "string"
              ? await undoChange(change.takeBack)
              : void (await change.takeBack());
          await client.invalidateQueries();
          const said = change.title
            ? t("edit.undone", { title: change.title })
            : t("common.undone");
          tell(said, answer && { label: t("edit.redo"), onClick: () => void redo() });
          return answer?.requestId;
        },
        refuse,
        takeBack,
      ),
    [client, notification, redo, refuse, t, tell],
  );

  const offer = useCallback(
    (title: string, takeBack: TakeBack) => {
      changes.made({ title, takeBack });
      tell(title, { label: t("common.undo"), onClick: () => void undo(takeBack) });
    },
    [t, tell, undo],
  );

  return { offer, undo, redo };
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.matches("input:not([data-idle]), textarea, [contenteditable]");

/** Ctrl/Cmd-Z outside a text box takes back the last change, with Shift makes it again. */
export function useUndoKeys() {
  const { undo, redo } = useUndo();
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const pressed = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
      if (!pressed || isTyping(event.target)) return;
      event.preventDefault();
      void (event.shiftKey ? redo() : undo());
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [redo, undo]);
}
