import { App } from "antd";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { Values } from "@/api/records";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { FieldValue } from "@/objects/fields/FieldValue";
import styles from "./edit.module.css";

/** Shows both versions of the fields in question and asks which to keep. */
export function useConflict(object: ObjectMeta) {
  const { t } = useTranslation();
  const { modal } = App.useApp();
  return useCallback(
    (mine: Values, theirs: RecordRow) =>
      new Promise<"mine" | "theirs">((resolve) => {
        modal.confirm({
          title: t("conflict.title"),
          width: 560,
          content: <Versions object={object} mine={mine} theirs={theirs} />,
          okText: t("conflict.keepMine"),
          cancelText: t("conflict.keepTheirs"),
          onOk: () => resolve("mine"),
          onCancel: () => resolve("theirs"),
        });
      }),
    [modal, object, t],
  );
}

interface VersionsProps {
  object: ObjectMeta;
  mine: Values;
  theirs: RecordRow;
}

function Versions({ object, mine, theirs }: VersionsProps) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("conflict.text")}</p>
      <table className={styles.versions}>
        <thead>
          <tr>
            <th scope="col">{t("conflict.field")}</th>
            <th scope="col">{t("conflict.mine")}</th>
            <th scope="col">{t("conflict.theirs")}</th>
          </tr>
        </thead>
        <tbody>
          {Object.keys(mine).map((name) => {
            const field = fieldOf(object, name);
            if (!field) return null;
            return (
              <tr key={name}>
                <th scope="row">{field.label}</th>
                <td>
                  <FieldValue field={field} value={mine[name]} record={theirs} />
                </td>
                <td>
                  <FieldValue field={field} value={theirs[name]} record={theirs} />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
