import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { newId } from "@/api/newId";
import { createRecord, type Values } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { ComposerFields } from "@/customers/ComposerFields";
import { ContactRefusal } from "@/customers/CustomerContactNote";
import { canSend, carryOver, forms, type Mode, modes } from "@/customers/composing";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { isBlank } from "@/objects/fields/fieldType";
import { toWire } from "@/objects/fields/fieldTypes";
import { MentionTextArea } from "@/objects/mention/MentionTextArea";
import { useErrorText } from "@/ui/errorText";
import { isSend, sendKeys } from "@/ui/keys";
import styles from "./timeline.module.css";

interface Props {
  customer: string;
  mode: Mode;
  onMode: (mode: Mode) => void;
  /** Counts up when an action elsewhere on the page asks to write. */
  focus: number;
}

/** Writes what just happened, or what is to be done, onto the timeline. */
export function Composer({ customer, mode, onMode, focus }: Props) {
  const { t } = useTranslation();
  const objects = useObjects();
  const errorText = useErrorText();
  const [values, setValues] = useState<Values>({});
  const box = useRef<TextAreaRef>(null);
  const form = forms[mode];
  const object = findObject(objects, form.object);
  const send = useSend(customer, mode, object, () => setValues({}));
  const allowed = modes.filter((one) =>
    findObject(objects, forms[one].object)?.can.includes("create"),
  );

  useEffect(() => {
    if (focus > 0) box.current?.focus();
  }, [focus]);

  const ready = canSend(mode, values);
  // Whoever may no longer write still has what they wrote, and is told why it is not taken.
  if (!object || (allowed.length === 0 && !ready)) return null;
  const set = (name: string, value: unknown) => setValues((old) => ({ ...old, [name]: value }));

  function choose(next: Mode) {
    setValues(carryOver(mode, next, values));
    onMode(next);
    box.current?.focus();
  }

  function onKeyDown(event: KeyboardEvent) {
    if (!isSend(event)) return;
    event.preventDefault();
    if (ready && !send.isPending) send.mutate(values);
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up from the boxes inside
    <div className={styles.composer} onKeyDown={onKeyDown}>
      <Modes allowed={allowed} mode={mode} onMode={choose} />
      {form.headline && (
        <Input
          variant="borderless"
          className={styles.headline}
          aria-label={t(`customer.compose.headline.${form.object}`)}
          placeholder={t(`customer.compose.headline.${form.object}`)}
          maxLength={200}
          value={String(values[form.headline] ?? "")}
          onChange={(event) => set(form.headline ?? "", event.target.value)}
        />
      )}
      <MentionTextArea
        ref={box}
        variant="borderless"
        aria-label={t(`customer.compose.text.${mode}`)}
        placeholder={t(`customer.compose.text.${mode}`)}
        rows={2}
        value={String(values[form.text] ?? "")}
        onChange={(text) => set(form.text, text)}
      />
      {(mode === "call" || mode === "email") && (
        <ContactRefusal customer={customer} channel={mode === "call" ? "phone" : "email"} />
      )}
      {send.isError && <Alert type="error" role="alert" title={errorText(send.error)} />}
      <div className={styles.composerFoot}>
        <ComposerFields
          object={object}
          names={form.more}
          values={values}
          given={form.given}
          onChange={set}
        />
        <Button
          type="primary"
          disabled={!ready}
          loading={send.isPending}
          onClick={() => send.mutate(values)}
          title={sendKeys}
          aria-keyshortcuts="Control+Enter Meta+Enter"
        >
          {t(mode === "task" ? "customer.compose.addTask" : "customer.compose.log")}
        </Button>
      </div>
    </div>
  );
}

interface ModesProps {
  allowed: Mode[];
  mode: Mode;
  onMode: (mode: Mode) => void;
}

function Modes({ allowed, mode, onMode }: ModesProps) {
  const { t } = useTranslation();
  return (
    <fieldset className={styles.modes}>
      <legend className="sr-only">{t("customer.compose.kind")}</legend>
      {allowed.map((one) => {
        const Icon = forms[one].icon;
        return (
          <button key={one} type="button" aria-pressed={one === mode} onClick={() => onMode(one)}>
            <Icon size={15} aria-hidden />
            {t(`customer.compose.mode.${one}`)}
          </button>
        );
      })}
    </fieldset>
  );
}

/** One key per draft: sending twice makes one record. A new key once it has been sent. */
function useSend(customer: string, mode: Mode, object: ObjectMeta | undefined, onSent: () => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { offer } = useUndo();
  const key = useRef(newId());
  return useMutation({
    mutationFn: (values: Values) => {
      if (!object) throw new Error(mode);
      const body = { ...forms[mode].given, ...wire(object, values), customer };
      return createRecord(object.path, body, key.current);
    },
    onSuccess: ({ requestId }) => {
      key.current = newId();
      onSent();
      if (object) void refreshRecords(client, object.path);
      void client.invalidateQueries({ queryKey: ["timeline", customer] });
      offer(
        t(mode === "task" ? "customer.compose.taskAdded" : "customer.compose.logged"),
        requestId,
      );
    },
  });
}

function wire(object: ObjectMeta, values: Values): Values {
  const filled = Object.entries(values).filter(([, value]) => !isBlank(value));
  return Object.fromEntries(
    filled.map(([name, value]) => {
      const field = object.fields.find((one) => one.name === name);
      return [name, field ? toWire(field, value) : value];
    }),
  );
}
