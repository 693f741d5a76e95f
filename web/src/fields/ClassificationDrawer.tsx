import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Checkbox, Drawer, Input, Segmented, Select } from "antd";
import { FlaskConical } from "lucide-react";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { ChoicesEditor } from "@/fields/ChoicesEditor";
import { ClassRules, useClassOptions } from "@/fields/ClassRules";
import { ClassTrial } from "@/fields/ClassTrial";
import {
  asSent,
  type Classification,
  type ClassificationDraft,
  classificationsQuery,
  draftOf,
  halfWritten,
  named,
  newClassification,
  saveClassification,
  tryClassification,
} from "@/fields/classificationsApi";
import { FormEnd } from "@/fields/FormEnd";
import { Labelled } from "@/fields/Labelled";
import { useFieldsChanged } from "@/fields/useFieldsChanged";
import { useErrorText } from "@/ui/errorText";
import { type Language, languageNames, languages } from "@/ui/languages";
import styles from "./fields.module.css";

interface Props {
  editing: Classification | "new" | null;
  onClose: () => void;
}

export function ClassificationDrawer({ editing, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      open={editing !== null}
      onClose={onClose}
      size={760}
      title={t(editing === "new" ? "classifications.new" : "classifications.edit")}
      destroyOnHidden
    >
      {editing && <Form old={editing === "new" ? null : editing} onClose={onClose} />}
    </Drawer>
  );
}

function Form({ old, onClose }: { old: Classification | null; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const client = useQueryClient();
  const fieldsChanged = useFieldsChanged();
  const [draft, setDraft] = useState<ClassificationDraft>(() =>
    old ? draftOf(old) : newClassification(),
  );
  const [language, setLanguage] = useState(i18n.language as Language);
  const [asked, setAsked] = useState(false); // to save or try what is not finished
  const save = useMutation({
    mutationFn: () => saveClassification(old, draft),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: classificationsQuery.queryKey }),
        fieldsChanged(),
      ]);
      onClose();
    },
  });
  const trial = useMutation({ mutationFn: () => tryClassification(old, draft) });
  const refusal = [save.error, trial.error].find((error) => error instanceof ApiError);
  const before = Object.fromEntries(
    old && !refusal ? old.problems.map(({ field, message }) => [field, message]) : [],
  );
  const unfinished = halfWritten(draft);
  const errors: Record<string, string | undefined> = {
    ...(refusal?.fields ?? before),
    ...(asked && Object.fromEntries(unfinished.map((at) => [at, t("classifications.half")]))),
  };
  const error = save.error ?? trial.error;
  const options = useClassOptions(draft.classes);

  function change(part: Partial<ClassificationDraft>) {
    setDraft((was) => ({ ...was, ...part }));
    trial.reset();
    save.reset();
  }

  function send(how: { mutate: () => void }) {
    setAsked(unfinished.length > 0);
    if (unfinished.length === 0) how.mutate();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    send(save);
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {error && <Alert type="error" title={errorText(error)} role="alert" />}
      <Segmented
        block
        aria-label={t("fields.language")}
        value={language}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={setLanguage}
      />
      <Labelled
        label={t("fields.name")}
        hint={t("classifications.nameHint")}
        error={errors.labels ?? errors[`labels.${language}`]}
      >
        {(id) => (
          <Input
            id={id}
            autoFocus
            maxLength={100}
            value={draft.labels[language] ?? ""}
            onChange={(event) =>
              change({ labels: { ...draft.labels, [language]: event.target.value } })
            }
          />
        )}
      </Labelled>
      <ChoicesEditor
        choices={draft.classes}
        language={language}
        legend={t("classifications.classes")}
        error={errors["settings.choices"] ?? errors.classes}
        onChange={(classes) => change({ classes: named(classes) })}
      />
      <ClassRules
        rules={draft.rules}
        classes={draft.classes}
        errors={errors}
        onChange={(rules) => change({ rules })}
      />
      <Labelled label={t("classifications.otherwise")} error={errors.otherwise}>
        {(id) => (
          <Select
            id={id}
            value={draft.otherwise}
            options={[{ value: "", label: t("classifications.noClass") }, ...options]}
            onChange={(otherwise) => change({ otherwise })}
          />
        )}
      </Labelled>
      <Checkbox
        checked={draft.nightly}
        onChange={(event) => change({ nightly: event.target.checked })}
      >
        {t("classifications.nightly")}
      </Checkbox>
      <div>
        <Button
          icon={<FlaskConical size={15} />}
          loading={trial.isPending}
          onClick={() => send(trial)}
        >
          {t("classifications.try")}
        </Button>
      </div>
      {trial.data && <ClassTrial trial={trial.data} classes={asSent(draft).classes} />}
      <FormEnd
        keyAsked={
          old
            ? undefined
            : {
                value: draft.key,
                hint: t("fields.keyHint"),
                error: errors.key,
                onChange: (key) => change({ key }),
              }
        }
        saving={save.isPending}
        onClose={onClose}
      />
    </form>
  );
}
