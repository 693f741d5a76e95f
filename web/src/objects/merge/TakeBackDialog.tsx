import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Radio, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  type MergeConflict,
  mergeQuery,
  type OneMerge,
  type TakingBack,
  takeMergeBack,
} from "@/api/merges";
import { fieldOf, findObject, useObjects } from "@/api/meta";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import { FieldValue } from "@/objects/fields/FieldValue";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./takeBack.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
  onClose: () => void;
}

/** What comes back when a merge is taken back, and who gets what was done since. */
export function TakeBackDialog({ object, id, onClose }: Props) {
  const { t } = useTranslation();
  const query = useQuery(mergeQuery(id));
  return (
    <Modal open title={t("merge.back.title")} footer={null} width={560} onCancel={onClose}>
      {query.isPending ? (
        <LinesSkeleton lines={5} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : query.data.can.includes("undo") ? (
        <Choices object={object} merge={query.data} onClose={onClose} />
      ) : (
        <p className={styles.part}>{t(`merge.back.not.${reasonAgainst(query.data)}`)}</p>
      )}
    </Modal>
  );
}

function reasonAgainst({ taken_back_at, undo_until }: OneMerge) {
  if (taken_back_at) return "done" as const;
  return new Date(undo_until) < new Date() ? ("late" as const) : ("denied" as const);
}

interface ChoicesProps {
  object: ObjectMeta;
  merge: OneMerge;
  onClose: () => void;
}

function Choices({ object, merge, onClose }: ChoicesProps) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const client = useQueryClient();
  const errorText = useErrorText();
  const [edits, setEdits] = useState<TakingBack["edits"]>({});
  const [given, setGiven] = useState<TakingBack["given"]>({});
  const { conflicts, survivor } = merge;
  const remaining = merge.title_before ?? survivor.label ?? "";
  const names = merge.absorbed.map(({ label }) => label).join(t("merge.and"));
  const keepers = Object.fromEntries(
    conflicts.map(({ field }) => [field, edits[field] ?? ("survivor" as const)]),
  );
  const taking = useMutation({
    mutationFn: () => takeMergeBack(merge.id, { edits: keepers, given }),
    onSuccess: async () => {
      onClose();
      message.success(t("merge.back.done", { names }));
      await client.invalidateQueries();
    },
    // Somebody has changed more of it meanwhile: that is shown now, to be decided too.
    onError: () => client.invalidateQueries({ queryKey: mergeQuery(merge.id).queryKey }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    taking.mutate();
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      <p>{t("merge.back.explain", { names, survivor: remaining })}</p>
      <Moved merge={merge} />
      {conflicts.length > 0 && (
        <section className={styles.part}>
          <h3>{t("merge.back.changed")}</h3>
          {conflicts.map((conflict) => {
            const field = fieldOf(object, conflict.field);
            return (
              field && (
                <Conflict
                  key={conflict.field}
                  field={field}
                  conflict={conflict}
                  survivor={remaining}
                  keeper={keepers[conflict.field]}
                  onKeeper={(keeper) => setEdits({ ...edits, [conflict.field]: keeper })}
                />
              )
            );
          })}
        </section>
      )}
      <MadeSince
        merge={merge}
        given={given}
        survivor={remaining}
        onGive={(name, id) => {
          const { [name]: _before, ...others } = given;
          setGiven(id === survivor.id ? others : { ...others, [name]: id });
        }}
      />
      {taking.isError && <Alert type="error" role="alert" title={errorText(taking.error)} />}
      <footer className={styles.footer}>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={taking.isPending}>
          {t("merge.back.run")}
        </Button>
      </footer>
    </form>
  );
}

function useThing() {
  const { t } = useTranslation();
  const objects = useObjects();
  return (name: string, label?: string | null) =>
    label ??
    findObject(objects, name)?.label_plural ??
    t(`merge.things.${name}`, { defaultValue: name });
}

/** What the merge had moved, by kind. */
function Moved({ merge }: { merge: OneMerge }) {
  const { t } = useTranslation();
  const format = useFormat();
  const thing = useThing();
  if (merge.moved.length === 0) return null;
  return (
    <ul className={styles.moved} aria-label={t("merge.back.moved")}>
      {merge.moved.map(({ object, label, count }) => (
        <li key={object}>
          {thing(object, label)} <span className="tabular">{format.number(count)}</span>
        </li>
      ))}
    </ul>
  );
}

interface ConflictProps {
  field: FieldMeta;
  conflict: MergeConflict;
  survivor: string;
  keeper: "survivor" | "absorbed" | undefined;
  onKeeper: (keeper: "survivor" | "absorbed") => void;
}

/** One field that was changed since: both ways, with what each record has in either. */
function Conflict({ field, conflict, survivor, keeper, onKeeper }: ConflictProps) {
  const { t } = useTranslation();
  const { current, would_be, theirs, absorbed } = conflict;
  const ways = [
    { way: "survivor", remains: current, returns: theirs },
    { way: "absorbed", remains: would_be, returns: current },
  ] as const;
  return (
    <fieldset className={styles.conflict}>
      <legend>{field.label}</legend>
      {ways.map(({ way, remains, returns }) => (
        <Radio
          className={styles.way}
          key={way}
          name={field.name}
          checked={keeper === way}
          onChange={() => onKeeper(way)}
        >
          {t(way === "absorbed" && !absorbed ? "merge.back.nobody" : `merge.back.${way}`)}
          <small>
            {t("merge.back.remains", { name: survivor })}{" "}
            <FieldValue field={field} value={remains} />
          </small>
          {absorbed && (
            <small>
              {t("merge.back.returns", { name: absorbed.label })}{" "}
              <FieldValue field={field} value={returns} />
            </small>
          )}
        </Radio>
      ))}
    </fieldset>
  );
}

interface MadeSinceProps {
  merge: OneMerge;
  survivor: string;
  given: Record<string, string>;
  onGive: (object: string, id: string) => void;
}

/** Where what was added since the merge belongs, kind by kind. */
function MadeSince({ merge, survivor, given, onGive }: MadeSinceProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const thing = useThing();
  const id = useId();
  const made = Object.entries(merge.made_since);
  if (made.length === 0) return null;
  const options = [
    { value: merge.survivor.id, label: t("merge.back.staysWith", { name: survivor }) },
    ...merge.absorbed.map(({ id: value, label }) => ({
      value,
      label: t("merge.back.goesTo", { name: label }),
    })),
  ];
  return (
    <section className={styles.part}>
      <h3>{t("merge.back.made")}</h3>
      <div className={styles.made}>
        {made.map(([name, count]) => (
          <div key={name}>
            <label htmlFor={`${id}-${name}`}>
              {thing(name)} <span className="tabular">{format.number(count)}</span>
            </label>
            <Select
              id={`${id}-${name}`}
              value={given[name] ?? merge.survivor.id}
              options={options}
              onChange={(value) => onGive(name, value)}
            />
          </div>
        ))}
      </div>
    </section>
  );
}
