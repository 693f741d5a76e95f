import { useQueryClient } from "@tanstack/react-query";
import { App, Button } from "antd";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { undoChange } from "@/api/records";
import { useErrorText } from "@/ui/errorText";
import styles from "./edit.module.css";

const toastKey = "undo";
const seconds = 10;

interface UndoConflict {
  field: string;
  current: unknown;
  would_be: unknown;
}

/** The last change that can still be taken back by Ctrl/Cmd-Z, on any screen. */
let lastChange: { undo: () => void; until: number } | null = null;

/** How a change is taken back: by the id of the request that made it, or by a verb of its own. */
export type TakeBack = string | (() => Promise<unknown>);

/** Says what was changed, with ten seconds to take it back. */
export function useUndo() {
  const { t } = useTranslation();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const errorText = useErrorText();

  const undo = useCallback(
    async (takeBack: TakeBack) => {
      lastChange = null;
      notification.destroy(toastKey);
      try {
        await (typeof takeBack === "string" ? undoChange(takeBack) : takeBack());
        await client.invalidateQueries();
        notification.success({ key: toastKey, title: t("common.undone"), duration: 3 });
      } catch (error) {
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
      }
    },
    [client, errorText, notification, t],
  );

  const offer = useCallback(
    (title: string, takeBack: TakeBack) => {
      lastChange = { undo: () => void undo(takeBack), until: Date.now() + seconds * 1000 };
      notification.open({
        key: toastKey,
        title: (
          <span className={styles.toast}>
            <span className="ellipsis">{title}</span>
            <Button type="link" size="small" onClick={() => void undo(takeBack)}>
              {t("common.undo")}
            </Button>
          </span>
        ),
        className: styles.toastBox,
        duration: seconds,
        role: "status",
      });
    },
    [notification, t, undo],
  );

  return { offer, undo };
}

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  target.matches("input:not([data-idle]), textarea, [contenteditable]");

/** Ctrl/Cmd-Z outside a text box takes back the last change while its toast stands. */
export function useUndoKey() {
  useEffect(() => {
    function onKey(event: KeyboardEvent) {
      const pressed = (event.ctrlKey || event.metaKey) && !event.shiftKey && event.key === "z";
      if (!pressed || isTyping(event.target)) return;
      if (!lastChange || lastChange.until < Date.now()) return;
      event.preventDefault();
      lastChange.undo();
    }
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}
