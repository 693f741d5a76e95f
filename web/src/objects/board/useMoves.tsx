import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useTranslation } from "react-i18next";
import { changeEach, runAction, undoChange } from "@/api/records";
import type { Column, FieldMeta, ObjectMeta, RecordRow } from "@/api/types";
import { valueIn, verbTo } from "@/objects/board/columns";
import type { TakeBack } from "@/objects/edit/changes";
import { patchRecord, refreshAround, refreshRecords } from "@/objects/edit/recordCache";
import { useSaveFields } from "@/objects/edit/useSaveFields";
import { useUndo } from "@/objects/edit/useUndo";
import { toWire } from "@/objects/fields/fieldTypes";
import { useErrorText } from "@/ui/errorText";

/**
 * Moves cards into a column: at once, and back with the reason if the server refuses. One card is saved as a cell of
 * the grid is, several are all moved or none; where the field is not written its verbs are used.
 */
export function useMoves(object: ObjectMeta, field: FieldMeta) {
  const { t } = useTranslation();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const errorText = useErrorText();
  const { offer } = useUndo();
  const save = useSaveFields(object);
  const { path } = object;

  /** Shows the records in the column while `send` asks the server; it answers how to take that back. */
  async function moveWith(records: RecordRow[], value: unknown, send: () => Promise<TakeBack>) {
    for (const { id } of records) patchRecord(client, path, id, { [field.name]: value });
    try {
      const takeBack = await send();
      offer(t("board.moved", { count: records.length }), takeBack);
      return true;
    } catch (error) {
      for (const record of records) {
        patchRecord(client, path, record.id, { [field.name]: record[field.name] });
      }
      notification.error({
        title: t("edit.notSaved", { field: field.label }),
        description: errorText(error),
      });
      // Some of several may have been moved, or somebody else's change was in the way.
      void refreshRecords(client, path);
      return false;
    }
  }

  async function runVerb(records: RecordRow[], verb: string): Promise<TakeBack> {
    const done: string[] = [];
    for (const { id } of records) {
      const { data, etag, requestId } = await runAction(path, id, verb);
      patchRecord(client, path, id, data, etag);
      void refreshAround(client, path, id);
      done.push(requestId);
    }
    return () => Promise.all(done.map(undoChange));
  }

  async function writeAll(records: RecordRow[], value: unknown): Promise<TakeBack> {
    const set = { [field.name]: toWire(field, value) };
    const rows = records.map(({ id, updated_at }) => ({
      id,
      set,
      version: updated_at && `"${updated_at}"`,
    }));
    const { data } = await changeEach(path, rows);
    void refreshRecords(client, path);
    return data.request_id;
  }

  return (records: RecordRow[], to: Column): Promise<boolean> => {
    const value = valueIn(field, to);
    const [only] = records;
    if (field.read_only) {
      const verb = verbTo(object, field, to.key)?.name ?? "";
      return moveWith(records, value, () => runVerb(records, verb));
    }
    if (only && records.length === 1) return save(only, { [field.name]: value });
    return moveWith(records, value, () => writeAll(records, value));
  };
}
