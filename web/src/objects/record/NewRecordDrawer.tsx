import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Alert, Button, Drawer } from "antd";
import { type FormEvent, type ReactNode, useId, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { duplicatesOf } from "@/api/duplicates";
import { fieldOf } from "@/api/meta";
import { newId } from "@/api/newId";
import { createRecord, type Ruled, type Values } from "@/api/records";
import type { FieldMeta, ObjectMeta, RecordRow } from "@/api/types";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { isBlank } from "@/objects/fields/fieldType";
import { toWire, typeOf } from "@/objects/fields/fieldTypes";
import { Alike, tellsApart } from "@/objects/record/Alike";
import { Divided, mayDivide } from "@/objects/record/Divided";
import { MayExist } from "@/objects/record/MayExist";
import { RequiredMark } from "@/objects/record/RequiredMark";
import { recordPath } from "@/objects/record/recordPath";
import { useDuplicates } from "@/objects/record/useDuplicates";
import { useRules } from "@/objects/record/useRules";
import { useErrorText } from "@/ui/errorText";
import { useBoxAria } from "@/ui/useBoxAria";
import styles from "./record.module.css";

export interface NewRecordProps {
  object: ObjectMeta;
  open: boolean;
  onClose: () => void;
  /** Values given by where the drawer was opened, such as the customer; they are not asked for. */
  given?: Values;
  onCreated?: (record: RecordRow) => void;
}

export function NewRecordDrawer({ object, open, onClose, ...rest }: NewRecordProps) {
  const { t } = useTranslation();
  const body = useRef<HTMLDivElement>(null);
  // The drawer takes the focus for itself when it opens.
  const focusFirst = () => body.current?.querySelector<HTMLElement>("input, textarea")?.focus();
  return (
    <Drawer
      open={open}
      onClose={onClose}
      afterOpenChange={(shown) => shown && focusFirst()}
      size={480}
      title={t("record.newTitle", { what: object.label })}
      destroyOnHidden
    >
      <div ref={body}>
        <NewRecordForm object={object} onClose={onClose} {...rest} />
      </div>
    </Drawer>
  );
}

/** First what the form asks for; the rest of what the page shows on request. */
function useFormFields(object: ObjectMeta, given: Values) {
  return useMemo(() => {
    const writable = (names: string[]) =>
      names
        .flatMap((name) => fieldOf(object, name) ?? [])
        .filter(
          (field) => !field.read_only && typeOf(field).inline !== "none" && !(field.name in given),
        );
    const onPage = object.groups.flatMap(({ fields }) => fields);
    return {
      first: writable(object.form),
      rest: writable(onPage.filter((name) => !object.form.includes(name))),
    };
  }, [object, given]);
}

const noValues: Values = {};

export function NewRecordForm({
  object,
  onClose,
  given = noValues,
  onCreated,
}: Omit<NewRecordProps, "open">) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const navigate = useNavigate();
  const errorText = useErrorText();
  const { offer } = useUndo();
  const { first, rest } = useFormFields(object, given);
  const [values, setValues] = useState<Values>(() => defaultsOf(object));
  const [more, setMore] = useState(false);
  // One key per opened form: a second click or a repeated request makes no second record.
  const [key] = useState(newId);
  const wire = { ...wireValues(object, values), ...given };
  const { told, isOfNow, learn } = useDuplicates(object, wire);
  const insists = isOfNow && (told?.refuses ?? false);
  const create = useMutation({
    mutationFn: () => createRecord(object.path, wire, key, insists),
    onError: (error) => {
      const there = duplicatesOf(error);
      if (there) learn(there);
    },
    onSuccess: ({ data, requestId }) => {
      void refreshRecords(client, object.path);
      offer(t("edit.created", { name: String(data[object.title_field] ?? "") }), requestId);
      onClose();
      if (onCreated) onCreated(data);
      else void navigate({ to: recordPath(object.path, data.id) });
    },
  });
  const errors = create.error instanceof ApiError ? create.error.fields : {};
  const rules = useRules(object, null, wire);
  const hidden = more ? [] : rest.filter(({ name }) => !rules[name]?.required && !errors[name]);
  const shown = [...first, ...rest].filter((field) => !hidden.includes(field));
  const isTold = duplicatesOf(create.error) !== null;
  const unplaced = create.error && !isTold && !shown.some(({ name }) => errors[name]);

  function submit(event: FormEvent) {
    event.preventDefault();
    create.mutate();
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {unplaced && <Alert type="error" title={errorText(create.error)} role="alert" />}
      {shown.map((field, index) => (
        <FormField
          key={field.name}
          field={field}
          hint={
            mayDivide(object, field) ? (
              <Divided
                object={object}
                field={field}
                value={values[field.name]}
                onTake={(parts) => {
                  setValues((old) => ({ ...old, ...parts }));
                  setMore(true);
                }}
              />
            ) : (
              !object.duplicates?.length &&
              tellsApart(object, field) && (
                <Alike object={object} field={field} value={values[field.name]} onOpen={onClose} />
              )
            )
          }
          rule={rules[field.name]}
          value={values[field.name]}
          error={errors[field.name]}
          autoFocus={index === 0}
          onChange={(value) => setValues((old) => ({ ...old, [field.name]: value }))}
        />
      ))}
      {rest.length > 0 && (
        <Button type="link" onClick={() => setMore(!more)} className={styles.more}>
          {more ? t("record.fewerFields") : t("record.moreFields", { count: rest.length })}
        </Button>
      )}
      <div className={styles.formFoot}>
        <MayExist object={object} told={told} onUse={onClose} />
        <div className={styles.formButtons}>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button type="primary" htmlType="submit" loading={create.isPending}>
            {t(insists ? "record.createAnyway" : "common.create")}
          </Button>
        </div>
      </div>
    </form>
  );
}

const defaultsOf = (object: ObjectMeta): Values =>
  Object.fromEntries(
    object.fields
      .filter((field) => !field.read_only && !isBlank(field.default))
      .map((field) => [field.name, field.default]),
  );

function wireValues(object: ObjectMeta, values: Values): Values {
  const filled = Object.entries(values).filter(([, value]) => !isBlank(value));
  return Object.fromEntries(
    filled.map(([name, value]) => {
      const field = fieldOf(object, name);
      return [name, field ? toWire(field, value) : value];
    }),
  );
}

interface FormFieldProps {
  field: FieldMeta;
  rule?: Ruled;
  hint: ReactNode;
  value: unknown;
  error?: string;
  autoFocus?: boolean;
  onChange: (value: unknown) => void;
}

function FormField({ field, rule, hint, value, error, autoFocus, onChange }: FormFieldProps) {
  const around = useRef<HTMLDivElement>(null);
  const id = useId();
  const { Editor } = typeOf(field);
  const required = field.required || (rule?.required ?? false);
  const why = rule?.required ? rule.reason : "";
  const below = error || why || field.help;
  useBoxAria(around, { required, describedBy: below ? `${id}-below` : undefined });
  return (
    <div ref={around} className={styles.field}>
      <label htmlFor={id}>
        {field.label}
        {required && <RequiredMark />}
      </label>
      <Editor
        id={id}
        field={field}
        value={value}
        autoFocus={autoFocus}
        invalid={Boolean(error)}
        onChange={onChange}
      />
      {error ? (
        <small id={`${id}-below`} className={styles.problem} role="alert">
          {error}
        </small>
      ) : (
        below && (
          <small id={`${id}-below`} className="secondary">
            {[why, field.help].filter(Boolean).join(" ")}
          </small>
        )
      )}
      {hint}
    </div>
  );
}
