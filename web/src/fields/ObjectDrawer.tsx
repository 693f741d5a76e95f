import { useMutation } from "@tanstack/react-query";
import { Alert, Drawer, Input, Segmented, Select } from "antd";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiError } from "@/api/client";
import { FormEnd } from "@/fields/FormEnd";
import { Labelled } from "@/fields/Labelled";
import {
  type CustomObject,
  changeObject,
  declareObject,
  nameOf,
  type ObjectDraft,
} from "@/fields/objectsApi";
import { useFieldsChanged } from "@/fields/useFieldsChanged";
import { useErrorText } from "@/ui/errorText";
import { type Language, languageNames, languages } from "@/ui/languages";
import OwnIcon, { type IconName, iconNames } from "@/ui/OwnIcon";
import { TextArea } from "@/ui/TextArea";
import styles from "./fields.module.css";

interface Props {
  editing: CustomObject | "new" | null;
  onClose: () => void;
}

const newDraft: ObjectDraft = { labels: {}, labels_plural: {}, icon: "box", description: {} };

const draftOf = (object: CustomObject): ObjectDraft => ({
  labels: object.labels,
  labels_plural: object.labels_plural,
  icon: object.icon as IconName,
  description: object.description,
});

export function ObjectDrawer({ editing, onClose }: Props) {
  const { t, i18n } = useTranslation();
  return (
    <Drawer
      open={editing !== null}
      onClose={onClose}
      size={520}
      title={
        editing === "new" || editing === null
          ? t("objects.new")
          : t("objects.editTitle", { name: nameOf(editing, i18n.language) })
      }
      destroyOnHidden
    >
      {editing && <ObjectForm object={editing === "new" ? null : editing} onClose={onClose} />}
    </Drawer>
  );
}

function ObjectForm({ object, onClose }: { object: CustomObject | null; onClose: () => void }) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const changed = useFieldsChanged();
  const [draft, setDraft] = useState(object ? draftOf(object) : newDraft);
  const [language, setLanguage] = useState(i18n.language as Language);
  const save = useMutation({
    mutationFn: () => (object ? changeObject(object, draft) : declareObject(draft)),
    onSuccess: async () => {
      await changed();
      onClose();
    },
  });
  const errors = save.error instanceof ApiError ? save.error.fields : {};
  const change = (part: Partial<ObjectDraft>) => setDraft((old) => ({ ...old, ...part }));
  const text = (name: "labels" | "labels_plural" | "description", max: number) => ({
    maxLength: max,
    value: draft[name][language] ?? "",
    onChange: (event: { target: { value: string } }) =>
      change({ [name]: { ...draft[name], [language]: event.target.value } }),
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate();
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {save.error && <Alert type="error" title={errorText(save.error)} role="alert" />}
      <Segmented
        block
        aria-label={t("fields.language")}
        value={language}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={setLanguage}
      />
      <Labelled
        label={t("fields.name")}
        hint={t("objects.nameHint")}
        error={errors.labels ?? errors[`labels.${language}`]}
      >
        {(id) => <Input id={id} autoFocus {...text("labels", 60)} />}
      </Labelled>
      <Labelled
        label={t("objects.plural")}
        hint={t("objects.pluralHint")}
        error={errors[`labels_plural.${language}`]}
      >
        {(id) => <Input id={id} {...text("labels_plural", 60)} />}
      </Labelled>
      <Labelled label={t("objects.icon")} error={errors.icon}>
        {(id) => (
          <Select
            id={id}
            value={draft.icon}
            listHeight={320}
            options={iconNames.map((value) => ({ value, label: <IconChoice name={value} /> }))}
            onChange={(icon) => change({ icon })}
          />
        )}
      </Labelled>
      <Labelled label={t("objects.description")}>
        {(id) => <TextArea id={id} {...text("description", 500)} />}
      </Labelled>
      <FormEnd
        keyAsked={
          object
            ? undefined
            : {
                value: draft.key,
                hint: t("objects.keyHint"),
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

function IconChoice({ name }: { name: IconName }) {
  const { t } = useTranslation();
  return (
    <span className={styles.icon}>
      <OwnIcon name={name} size={16} />
      {t(`objects.icons.${name}`)}
    </span>
  );
}
