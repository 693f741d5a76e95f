import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { App, Button, Radio } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Merge, type MergeUnit, mergePreviewQuery, mergeRecords } from "@/api/merges";
import { fieldOf } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { FieldValue } from "@/objects/fields/FieldValue";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./merge.module.css";

interface Props {
  object: ObjectMeta;
  ids: string[];
  onDone: (merge: Merge) => void;
  onCancel: () => void;
}

type Side = { id: string; label: string; values: Record<string, unknown>; updated_at: string };

/** Records side by side: which stays, whose value each field keeps, and what moves. */
export function MergePage({ object, ids, onDone, onCancel }: Props) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const errorText = useErrorText();
  const { offer } = useUndo();
  const [survivor, setSurvivor] = useState<string>();
  const [choices, setChoices] = useState<Record<string, string>>({});
  const [running, setRunning] = useState(false);
  const query = useQuery({
    ...mergePreviewQuery(object.path, ids, survivor),
    placeholderData: keepPreviousData,
  });
  if (query.isPending) return <LinesSkeleton lines={10} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { records, fields, moves, survivor: kept } = query.data;
  const sides = records as Side[];
  const different = fields.filter(({ differs }) => differs);

  async function run() {
    setRunning(true);
    try {
      const versions = Object.fromEntries(sides.map(({ id, updated_at }) => [id, updated_at]));
      const wish = { ids, survivor: kept, choices, versions };
      const { data } = await mergeRecords(object.path, wish);
      await refreshRecords(client, object.path);
      offer(t("merge.done", { name: data.survivor.label }), data.id);
      onDone(data);
    } catch (error) {
      message.error(errorText(error));
      void query.refetch();
    } finally {
      setRunning(false);
    }
  }

  return (
    <section className={styles.page}>
      <h1>{t("merge.title", { what: object.label_plural })}</h1>
      <p className="secondary">{t("merge.explain")}</p>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("merge.stays")}</th>
              {sides.map(({ id, label }) => (
                <th key={id} scope="col">
                  <Radio
                    className={styles.choice}
                    name="survivor"
                    checked={id === kept}
                    onChange={() => setSurvivor(id)}
                    aria-label={t("merge.keep", { name: label })}
                  >
                    {label}
                  </Radio>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {different.map((unit) => (
              <UnitRow
                key={unit.names.join()}
                object={object}
                unit={unit}
                sides={sides}
                chosen={choices[unit.names[0] ?? ""]}
                onChoose={(id) => setChoices({ ...choices, [unit.names[0] ?? ""]: id })}
              />
            ))}
            {moves.map(({ object: name, label, counts }) => (
              <tr key={name}>
                <th scope="row" className="secondary">
                  {label ?? t(`merge.things.${name}`, { defaultValue: name })}
                </th>
                {sides.map(({ id }) => (
                  <td key={id}>{counts[id] ?? 0}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer className={styles.footer}>
        <Button type="primary" loading={running} onClick={run}>
          {t("merge.run")}
        </Button>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
      </footer>
    </section>
  );
}

interface UnitProps {
  object: ObjectMeta;
  unit: MergeUnit;
  sides: Side[];
  chosen: string | undefined;
  onChoose: (id: string) => void;
}

/** One field, or some that belong together, with every record's value and where it is from. */
function UnitRow({ object, unit, sides, chosen, onChoose }: UnitProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const fields = unit.names.flatMap((name) => fieldOf(object, name) ?? []);
  const label = fields[0]?.label ?? unit.names[0] ?? "";
  const winner = chosen ?? unit.proposed;
  return (
    <tr>
      <th scope="row">
        {fields.map((field) => (
          <div key={field.name}>{field.label}</div>
        ))}
        {!chosen && <small className="secondary">{t(`merge.why.${unit.reason}`)}</small>}
      </th>
      {sides.map(({ id, label: name, values }) => {
        const origin = unit.origins[id];
        return (
          <td key={id} data-chosen={id === winner}>
            <Radio
              className={styles.choice}
              name={unit.names[0]}
              checked={id === winner}
              disabled={!unit.may_choose}
              onChange={() => onChoose(id)}
              aria-label={t("merge.take", { field: label, name })}
            >
              {fields.map((field) => (
                <div key={field.name}>
                  <FieldValue field={field} value={values[field.name]} />
                </div>
              ))}
            </Radio>
            {origin && (
              <small className="secondary" title={format.dateTime(origin.at)}>
                {origin.actor?.label ?? t(`merge.from.${way(origin.source)}`)} ·{" "}
                {format.relative(origin.at)}
              </small>
            )}
          </td>
        );
      })}
    </tr>
  );
}

const ways = ["import", "token", "merge", "job"] as const;

const way = (source: string) =>
  ways.find((known) => source.startsWith(known)) ?? ("other" as const);
