import { useMutation } from "@tanstack/react-query";
import { Alert, Checkbox, Drawer, Input, Segmented, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import type { ObjectMeta } from "@/api/types";
import { ChoicesEditor } from "@/fields/ChoicesEditor";
import {
  asSent,
  draftOf,
  isComputed,
  kinds,
  newDraft,
  previewOf,
  settingsOf,
  takesDefault,
  unmasked,
} from "@/fields/draft";
import { FieldIndex } from "@/fields/FieldIndex";
import { FormEnd } from "@/fields/FormEnd";
import { FormulaEditor } from "@/fields/FormulaEditor";
import {
  type CustomField,
  changeField,
  createField,
  type Draft,
  type Settings,
} from "@/fields/fieldsApi";
import { Labelled } from "@/fields/Labelled";
import { LinkTarget } from "@/fields/LinkTarget";
import { type Role, RoleAccess } from "@/fields/RoleAccess";
import { RollUpEditor } from "@/fields/RollUpEditor";
import { RulesEditor } from "@/fields/RulesEditor";
import { TypeSettings } from "@/fields/TypeSettings";
import { useFieldsChanged } from "@/fields/useFieldsChanged";
import { typeOf } from "@/objects/fields/fieldTypes";
import { useErrorText } from "@/ui/errorText";
import { type Language, languageNames, languages } from "@/ui/languages";
import { TextArea } from "@/ui/TextArea";
import styles from "./fields.module.css";

interface Props {
  object: ObjectMeta;
  editing: CustomField | "new" | null;
  roles: Role[];
  onClose: () => void;
}

export function FieldDrawer({ object, editing, roles, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <Drawer
      open={editing !== null}
      onClose={onClose}
      size={520}
      title={
        editing === "new"
          ? t("fields.newTitle", { what: object.label })
          : t("fields.editTitle", { what: object.label })
      }
      destroyOnHidden
    >
      {editing && (
        <FieldForm
          first={editing === "new" ? newDraft(object.name) : draftOf(editing)}
          object={object}
          field={editing === "new" ? null : editing}
          roles={roles}
          onClose={onClose}
        />
      )}
    </Drawer>
  );
}

interface FormProps {
  object: ObjectMeta;
  first: Draft;
  field: CustomField | null;
  roles: Role[];
  onClose: () => void;
}

function FieldForm({ object, first, field, roles, onClose }: FormProps) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const changed = useFieldsChanged();
  const [draft, setDraft] = useState(first);
  const [language, setLanguage] = useState(i18n.language as Language);
  const save = useMutation({
    mutationFn: () => (field ? changeField(field, asSent(draft)) : createField(asSent(draft))),
    onSuccess: async () => {
      await changed();
      onClose();
    },
  });
  const errors = save.error instanceof ApiError ? save.error.fields : {};
  const change = (part: Partial<Draft>) => setDraft((old) => ({ ...old, ...part }));
  const set = (part: Partial<Settings>) => change({ settings: { ...draft.settings, ...part } });
  const preview = previewOf(draft, language, t("fields.untitled"));
  const { Editor } = typeOf(preview);

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {save.error && <Alert type="error" title={errorText(save.error)} role="alert" />}
      <Labelled label={t("fields.typeLabel")} hint={field ? t("fields.typeStays") : undefined}>
        {(id) => (
          <Select
            id={id}
            value={draft.type}
            disabled={field !== null}
            listHeight={480}
            options={kinds.map((value) => ({ value, label: t(`fields.type.${value}`) }))}
            onChange={(type) => change({ type, settings: settingsOf(type), required: false })}
          />
        )}
      </Labelled>
      <Segmented
        block
        aria-label={t("fields.language")}
        value={language}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={setLanguage}
      />
      <Labelled
        label={t("fields.name")}
        hint={t("fields.nameHint")}
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
      <Labelled label={t("fields.help")} hint={t("fields.helpHint")}>
        {(id) => (
          <TextArea
            id={id}
            maxLength={500}
            value={draft.help[language] ?? ""}
            onChange={(event) =>
              change({ help: { ...draft.help, [language]: event.target.value } })
            }
          />
        )}
      </Labelled>
      {draft.settings.choices && (
        <ChoicesEditor
          choices={draft.settings.choices}
          language={language}
          error={errors["settings.choices"]}
          onChange={(choices) => set({ choices })}
        />
      )}
      {draft.type === "formula" && (
        <FormulaEditor
          object={object}
          fieldKey={field?.key}
          settings={draft.settings}
          error={errors["settings.formula"]}
          onChange={set}
        />
      )}
      {draft.type === "rollup" && (
        <RollUpEditor object={object} settings={draft.settings} errors={errors} onChange={set} />
      )}
      {draft.type === "link" && (
        <LinkTarget
          settings={draft.settings}
          stays={field !== null}
          error={errors["settings.target"]}
          onChange={set}
        />
      )}
      <TypeSettings draft={draft} errors={errors} onChange={set} />
      {!isComputed(draft.type) && (
        <Checkbox
          checked={draft.required}
          onChange={(event) => change({ required: event.target.checked })}
        >
          {t("fields.requiredLabel")}
        </Checkbox>
      )}
      <Checkbox
        checked={draft.personal}
        onChange={({ target }) =>
          change({
            personal: target.checked,
            masks: target.checked ? draft.masks : unmasked(draft),
          })
        }
      >
        {t("fields.personalLabel")}
      </Checkbox>
      {takesDefault(draft.type) && (
        <Labelled
          label={t("fields.default")}
          hint={preview.help || t("fields.defaultHint")}
          error={errors["settings.default"]}
        >
          {(id) => (
            <Editor
              id={id}
              field={{ ...preview, label: t("fields.default"), required: false }}
              value={draft.settings.default}
              onChange={(value) => set({ default: value })}
            />
          )}
        </Labelled>
      )}
      {!isComputed(draft.type) && (
        <RulesEditor object={object} draft={draft} errors={errors} onChange={set} />
      )}
      <RoleAccess
        roles={roles}
        computed={isComputed(draft.type)}
        personal={draft.personal}
        masks={draft.masks}
        error={errors.masks}
        onChange={(masks) => change({ masks })}
      />
      {field && <FieldIndex field={field} />}
      <FormEnd
        keyAsked={
          field
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
