import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { fieldOf } from "@/api/meta";
import { changeRecord, theirsOf, type Values } from "@/api/records";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { patchRecord, refreshAround } from "@/objects/edit/recordCache";
import { useConflict } from "@/objects/edit/useConflict";
import { useUndo } from "@/objects/edit/useUndo";
import { toWire } from "@/objects/fields/fieldTypes";
import { useErrorText } from "@/ui/errorText";
import styles from "./edit.module.css";

export type SaveFields = (
  record: RecordRow,
  values: Values,
  etag?: string | null,
) => Promise<boolean>;

type Turn = Promise<string | null | undefined>;

/** Saves of one record wait for each other: each is meant for the version that the one before it made. */
const turns = new Map<string, Turn>();

/** What our own saves made of versions, by record and fields: who began to edit in between has seen what they wrote. */
const ownVersions = new Map<string, string>();

function newestOwn(record: string, fields: string, version: string) {
  let newest = version;
  for (;;) {
    const next = ownVersions.get(`${record} ${fields} ${newest}`);
    if (!next) return newest;
    newest = next;
  }
}

/**
 * Shows new values at once, sends them, and offers to undo. A refusal puts the old values back, says why, and
 * keeps what was typed at hand; somebody else's change in between asks whose to keep.
 */
export function useSaveFields(object: ObjectMeta): SaveFields {
  const { t } = useTranslation();
  const { notification } = App.useApp();
  const client = useQueryClient();
  const errorText = useErrorText();
  const { offer } = useUndo();
  const askWhose = useConflict(object);

  return useCallback(
    async (record, values, etag) => {
      const { path } = object;
      const names = Object.keys(values);
      const label = names.map((name) => fieldOf(object, name)?.label ?? name).join(", ");
      const before = Object.fromEntries(names.map((name) => [name, record[name]]));
      const wire = Object.fromEntries(names.map((name) => [name, wireValue(object, name, values)]));

      let made: string | null | undefined;
      async function send(version: string | null | undefined): Promise<boolean> {
        patchRecord(client, path, record.id, values);
        try {
          const answer = await changeRecord(path, record.id, wire, version);
          made = answer.etag;
          if (version && made) ownVersions.set(`${record.id} ${names} ${version}`, made);
          // What a later save shows already, this older answer must not take back.
          const { updated_at } = answer.data;
          const shown = turns.get(record.id) === turn ? answer.data : { updated_at };
          patchRecord(client, path, record.id, shown, answer.etag);
          if (answer.requestId) offer(t("edit.saved", { field: label }), answer.requestId);
          void refreshAround(client, path, record.id);
          return true;
        } catch (error) {
          patchRecord(client, path, record.id, before);
          const theirs = conflicting(error);
          if (theirs) {
            patchRecord(client, path, record.id, theirs);
            return (await askWhose(values, theirs)) === "mine" ? send(null) : false;
          }
          const typed = textsIn(values);
          notification.error({
            title: t("edit.notSaved", { field: label }),
            description: <Refusal why={errorText(error)} typed={typed} />,
            duration: typed ? 0 : undefined,
          });
          return false;
        }
      }

      patchRecord(client, path, record.id, values);
      const earlier = turns.get(record.id);
      const begun = etag ?? `"${record.updated_at}"`;
      const saved = (async () =>
        send((await earlier) ?? newestOwn(record.id, String(names), begun)))();
      const turn: Turn = saved.then(() => made);
      turns.set(record.id, turn);
      void turn.then(() => turns.get(record.id) === turn && turns.delete(record.id));
      return saved;
    },
    [askWhose, client, errorText, notification, object, offer, t],
  );
}

const textsIn = (values: Values) =>
  Object.values(values)
    .filter((value) => typeof value === "string")
    .join("\n")
    .trim();

function Refusal({ why, typed }: { why: string; typed: string }) {
  const { t } = useTranslation();
  return (
    <>
      <div>{why}</div>
      {typed && (
        <div className={styles.typed}>
          {t("edit.typed")} <span className={styles.whole}>{typed}</span>
        </div>
      )}
    </>
  );
}

function wireValue(object: ObjectMeta, name: string, values: Values) {
  const field = fieldOf(object, name);
  return field ? toWire(field, values[name]) : values[name];
}

const conflicting = (error: unknown) =>
  error instanceof ApiError && error.code === "edit_conflict" ? theirsOf(error.problem) : null;
