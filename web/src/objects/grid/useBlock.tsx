/** Copies, pastes and empties blocks of cells: what does not fit is marked, and then nothing is changed. */
import { useQueryClient } from "@tanstack/react-query";
import { App } from "antd";
import { type ClipboardEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { findObject, useObjects } from "@/api/meta";
import { changeEach, namedRecords, type RowChange } from "@/api/records";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { toWire } from "@/objects/fields/fieldTypes";
import {
  type Block,
  cellText,
  faultKey,
  labelsIn,
  type Names,
  type Pasted,
  place,
  readText,
} from "@/objects/grid/block";
import type { GridColumn } from "@/objects/grid/gridTypes";
import { formatTsv, parseTsv } from "@/objects/grid/tsv";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";

/** As many as the server takes at once. */
const mostRows = 2000;
const told = 5;

/** Why a cell does not take what was pasted, by `faultKey`. */
export type Faults = ReadonlyMap<string, string>;
const none: Faults = new Map();

export function useBlock(object: ObjectMeta, rows: RecordRow[], columns: GridColumn[]) {
  const { t } = useTranslation();
  const format = useFormat();
  const { message, notification } = App.useApp();
  const errorText = useErrorText();
  const client = useQueryClient();
  const objects = useObjects();
  const { offer } = useUndo();
  const [faults, setFaults] = useState<Faults>(none);

  function copy(event: ClipboardEvent, { top, bottom, left, right }: Block) {
    const fields = columns.slice(left, right + 1).map(({ field }) => field);
    const lines = rows
      .slice(top, bottom + 1)
      .map((record) => fields.map((field) => cellText(record, field, format)));
    const isOne = lines.length === 1 && fields.length === 1;
    const text = isOne ? (lines[0]?.[0] ?? "") : formatTsv(lines);
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
  }

  async function paste(text: string, block: Block) {
    const placed = place(parseTsv(text), block, rows, columns);
    if (!placed) return void message.warning(t("paste.doesNotFit"));
    await write(placed);
  }

  const empty = (block: Block) => paste("", block);

  async function write(placed: Pasted[]) {
    setFaults(none);
    const changed = placed.filter(
      ({ record, field, text }) => cellText(record, field, format).trim() !== text.trim(),
    );
    if (changed.length === 0) return;
    try {
      const names = await namesIn(changed);
      const found = new Map<string, string>();
      const byRecord = new Map<string, RowChange>();
      for (const pasted of changed) {
        const { record, field } = pasted;
        const answer = readText(pasted, names, t);
        if ("fault" in answer) {
          found.set(faultKey(record, field), answer.fault);
          continue;
        }
        const row = byRecord.get(record.id) ?? {
          id: record.id,
          version: record.updated_at ? `"${record.updated_at}"` : undefined,
          set: {},
        };
        row.set[field.name] = toWire(field, answer.value);
        byRecord.set(record.id, row);
      }
      if (found.size > 0) return refuse(found, changed);
      const sent = [...byRecord.values()];
      if (sent.length > mostRows) {
        return void message.warning(t("paste.tooManyRows", { most: format.number(mostRows) }));
      }
      await send(sent, changed);
    } catch (error) {
      notification.error({ title: t("paste.failed"), description: errorText(error) });
    }
  }

  async function send(sent: RowChange[], changed: Pasted[]) {
    try {
      const { data } = await changeEach(object.path, sent);
      await refreshRecords(client, object.path);
      offer(t("edit.changed", { count: data.changed }), data.request_id);
    } catch (error) {
      const found = serverFaults(error, sent, changed);
      if (found.size === 0) throw error;
      refuse(found, changed);
    }
  }

  /** Marks what does not fit, and says of the first few why. */
  function refuse(found: Faults, changed: Pasted[]) {
    setFaults(found);
    const lines = changed
      .filter(({ record, field }) => found.has(faultKey(record, field)))
      .slice(0, told)
      .map(({ record, field, text }) => {
        const name = String(record[object.title_field] ?? "");
        const why = found.get(faultKey(record, field));
        return `${name}, ${field.label}: ${text ? `“${text.slice(0, 40)}” ` : ""}${why}`;
      });
    notification.error({
      key: "paste",
      title: t("paste.refused", { count: found.size, number: format.number(found.size) }),
      description: (
        <ul>
          {lines.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      ),
      duration: 0,
    });
  }

  /** The records that pasted labels name, asked once for each field that points to some. */
  async function namesIn(pasted: Pasted[]): Promise<Names> {
    const labels = new Map<string, Set<string>>();
    for (const one of pasted) {
      if (one.field.type !== "link" && one.field.type !== "tags") continue;
      const known = labels.get(one.field.name) ?? new Set<string>();
      for (const label of labelsIn(one)) if (label) known.add(label);
      labels.set(one.field.name, known);
    }
    const names: Names = new Map();
    for (const [name, wanted] of labels) {
      const field = columns.find((column) => column.field.name === name)?.field;
      const target = findObject(objects, field?.target ?? (field?.type === "tags" ? "tag" : ""));
      if (target) names.set(name, await namedRecords(target, [...wanted]));
    }
    return names;
  }

  function clearFaults() {
    if (faults !== none) {
      setFaults(none);
      notification.destroy("paste");
    }
  }

  return { copy, paste, empty, faults, clearFaults };
}

/** "rows.3.set.phone": the server's words, by cell. What a field beside the block lacks stands at the row's first. */
export function serverFaults(error: unknown, sent: RowChange[], changed: Pasted[]): Faults {
  const found = new Map<string, string>();
  if (!(error instanceof ApiError)) return found;
  const cells = new Map(changed.map((one) => [faultKey(one.record, one.field), one]));
  for (const { field, message } of error.problem.errors ?? []) {
    const [, number, name] = /^rows\.(\d+)(?:\.set\.((?:custom\.)?[^.]+))?/.exec(field ?? "") ?? [];
    const row = sent[Number(number)];
    const named = row ? [name, Object.keys(row.set)[0]] : [];
    const key = named.map((one) => `${row?.id} ${one}`).find((one) => cells.has(one));
    if (key) found.set(key, message);
  }
  return found;
}
