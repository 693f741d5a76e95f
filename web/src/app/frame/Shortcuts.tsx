import { useLocation, useNavigate } from "@tanstack/react-router";
import { Modal } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import { type Module, useModules } from "@/app/frame/navigation";
import { useUndoKeys } from "@/objects/edit/useUndo";
import { commandKey } from "@/ui/keys";
import { type Shortcut, useShortcuts } from "@/ui/shortcuts";
import styles from "./frame.module.css";

const letters: Record<string, string> = {
  "/": "h",
  "/lifecycle": "l",
  "/value": "v",
  "/imports": "i",
  "/data-quality": "q",
  "/recycle-bin": "b",
  "/settings": ",",
};

/** The letter after "g": that of the place in English, the same in every language. */
const letterOf = ({ to, object }: Module) => letters[to] ?? object?.[0] ?? "";

interface Props {
  onCreate: (object: ObjectMeta) => void;
  onInbox: () => void;
}

/** Keys that work on every page, and what "?" tells of all keys there are. */
export function Shortcuts({ onCreate, onInbox }: Props) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const objects = useObjects();
  const modules = useModules();
  const { pathname } = useLocation();
  const known = useKnownKeys();
  const [told, setTold] = useState(false);
  useUndoKeys();

  const here = findObject(objects, pathname.split("/")[1] ?? "");
  const creatable = [here, findObject(objects, "customer")].find((o) => o?.can.includes("create"));
  const places: Shortcut[] = [
    ...modules.map((module) => ({
      keys: `g ${letterOf(module)}`,
      label: module.label,
      run: () => void navigate({ to: module.to }),
    })),
    { keys: "g n", label: t("notifications.title"), run: onInbox },
  ];
  const doing: Shortcut[] = [
    { keys: "?", label: t("shortcuts.help"), run: () => setTold(true) },
    ...(creatable
      ? [
          {
            keys: "c",
            label: t("palette.new", { object: creatable.label }),
            run: () => onCreate(creatable),
          },
        ]
      : []),
  ];
  useShortcuts([...places, ...doing]);

  const groups = [
    { title: t("shortcuts.anywhere"), keys: [...doing, ...known.anywhere] },
    { title: t("shortcuts.goTo"), keys: places },
    { title: t("shortcuts.list"), keys: known.list },
    { title: t("shortcuts.views"), keys: known.views },
    { title: t("shortcuts.attention"), keys: known.attention },
  ];
  return (
    <Modal
      open={told}
      title={t("shortcuts.title")}
      footer={null}
      width={760}
      onCancel={() => setTold(false)}
      destroyOnHidden
    >
      <div className={styles.shortcuts}>
        {groups.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(({ keys: pressed, label }) => (
                <div key={pressed}>
                  <dt>{label}</dt>
                  <dd>
                    {pressed.split(" ").map((key) => (
                      <kbd key={key}>{key}</kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  );
}

/** Keys that lists and the page answer themselves, told here so that one place has them all. */
function useKnownKeys() {
  const { t } = useTranslation();
  const told = (keys: string, label: string) => ({ keys, label });
  return {
    anywhere: [
      told(`${commandKey} K`, t("shortcuts.anywhereKeys.palette")),
      told("e", t("shortcuts.anywhereKeys.edit")),
      told(`${commandKey} Z`, t("shortcuts.anywhereKeys.undo")),
      told(`${commandKey} Shift Z`, t("shortcuts.anywhereKeys.redo")),
      told(`${commandKey} Enter`, t("shortcuts.anywhereKeys.save")),
      told("Esc", t("shortcuts.anywhereKeys.close")),
    ],
    list: [
      told("← ↑ → ↓", t("shortcuts.listKeys.move")),
      told("Enter", t("shortcuts.listKeys.edit")),
      told("Tab", t("shortcuts.listKeys.next")),
      told("Delete", t("shortcuts.listKeys.empty")),
      told("Space", t("shortcuts.listKeys.peek")),
      told("j k", t("shortcuts.listKeys.beside")),
      told("Shift Space", t("shortcuts.listKeys.select")),
      told(`${commandKey} Enter`, t("shortcuts.listKeys.open")),
    ],
    views: [
      told("v t/b/c/h", t("shortcuts.viewKeys.kind")),
      told("← ↑ → ↓", t("shortcuts.viewKeys.go")),
      told(`${commandKey} Shift ← →`, t("shortcuts.viewKeys.move")),
      told("Space", t("shortcuts.viewKeys.peek")),
      told("Shift Space", t("shortcuts.viewKeys.select")),
      told("PageUp PageDown", t("shortcuts.viewKeys.period")),
    ],
    attention: [
      told("j k", t("shortcuts.attentionKeys.move")),
      told("e", t("shortcuts.attentionKeys.do")),
      told("s", t("shortcuts.attentionKeys.snooze")),
      told("x", t("shortcuts.attentionKeys.dismiss")),
      told("Enter", t("shortcuts.attentionKeys.open")),
    ],
  };
}
