import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal, Segmented } from "antd";
import type { TextAreaRef } from "antd/es/input/TextArea";
import { type FormEvent, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  changeSnippet,
  createSnippet,
  type Snippet,
  type SnippetValues,
  snippetsQuery,
} from "@/api/snippets";
import { useErrorText } from "@/ui/errorText";
import { TextArea } from "@/ui/TextArea";
import styles from "./settings.module.css";

interface Props {
  snippet?: Snippet;
  /** What a text may hold between {{ and }}. */
  variables: string[];
  onClose: () => void;
}

const circles: SnippetValues["shared"][] = ["private", "team", "everyone"];

export function SnippetDialog({ snippet, variables, onClose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const errorText = useErrorText();
  const box = useRef<TextAreaRef>(null);
  const [values, setValues] = useState<SnippetValues>({
    name: snippet?.name ?? "",
    shortcut: snippet?.shortcut ?? "",
    text: snippet?.text ?? "",
    shared: snippet?.shared ?? "private",
  });
  const save = useMutation({
    mutationFn: () => (snippet ? changeSnippet(snippet.id, values) : createSnippet(values)),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: snippetsQuery.queryKey });
      onClose();
    },
  });
  const set = (change: Partial<SnippetValues>) => setValues((old) => ({ ...old, ...change }));

  /** Where the caret is, which goes on behind it. */
  function put(variable: string) {
    const area = box.current?.resizableTextArea?.textArea;
    if (!area) return;
    area.focus();
    area.setRangeText(`{{${variable}}}`, area.selectionStart, area.selectionEnd, "end");
    set({ text: area.value });
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <Modal
      open
      title={snippet ? t("snippets.change") : t("snippets.new")}
      footer={null}
      onCancel={onClose}
    >
      <form className={styles.form} onSubmit={submit}>
        {save.isError && <Alert type="error" title={errorText(save.error)} role="alert" />}
        <label htmlFor={`${id}-name`}>{t("snippets.name")}</label>
        <Input
          id={`${id}-name`}
          autoFocus
          required
          maxLength={100}
          value={values.name}
          onChange={({ target }) => set({ name: target.value })}
        />
        <label htmlFor={`${id}-shortcut`}>{t("snippets.shortcut")}</label>
        <Input
          id={`${id}-shortcut`}
          prefix="/"
          maxLength={40}
          value={values.shortcut}
          onChange={({ target }) => set({ shortcut: target.value })}
        />
        <label htmlFor={`${id}-text`}>{t("snippets.body")}</label>
        <TextArea
          id={`${id}-text`}
          ref={box}
          required
          rows={5}
          maxLength={10_000}
          value={values.text}
          onChange={({ target }) => set({ text: target.value })}
        />
        <fieldset className={styles.variables}>
          <legend className="sr-only">{t("snippets.variables")}</legend>
          {variables.map((variable) => (
            <Button key={variable} size="small" onClick={() => put(variable)}>
              {`{{${variable}}}`}
            </Button>
          ))}
        </fieldset>
        <small className="secondary">{t("snippets.variablesHint")}</small>
        <span id={`${id}-shared`}>{t("view.sharedWith")}</span>
        <Segmented
          aria-labelledby={`${id}-shared`}
          value={values.shared}
          options={circles.map((value) => ({ value, label: t(`view.shared.${value}`) }))}
          onChange={(shared) => set({ shared })}
        />
        <div className={styles.foot}>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button
            type="primary"
            htmlType="submit"
            loading={save.isPending}
            disabled={!values.name.trim() || !values.text.trim()}
          >
            {t(snippet ? "common.save" : "common.create")}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
