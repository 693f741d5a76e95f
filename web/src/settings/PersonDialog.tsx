import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button, Input, Modal, Select } from "antd";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  changePerson,
  invite,
  type NewLink,
  type Person,
  type PersonValues,
  peopleQuery,
} from "@/api/people";
import type { LinkValue } from "@/api/types";
import { RecordSelect } from "@/objects/fields/RecordSelect";
import { useErrorText } from "@/ui/errorText";
import { languageNames, languages } from "@/ui/languages";
import styles from "./settings.module.css";

interface Props {
  /** Absent: somebody new. */
  person?: Person;
  onClose: () => void;
  onInvited: (person: Person, link: NewLink) => void;
}

/** Invites somebody, or changes who they are and what they may do. */
export function PersonDialog({ person, onClose, onInvited }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: async (values: PersonValues) => {
      if (person) await changePerson(person.id, values);
      else {
        const made = await invite(values);
        onInvited(made.person, made.link);
      }
    },
    onSuccess: () => {
      onClose();
      return client.invalidateQueries({ queryKey: peopleQuery.queryKey });
    },
  });
  return (
    <Modal
      open
      title={person ? t("people.changeTitle", { name: person.full_name }) : t("people.inviteTitle")}
      footer={null}
      onCancel={onClose}
    >
      <PersonForm
        person={person}
        error={save.error}
        busy={save.isPending}
        onCancel={onClose}
        onSend={save.mutate}
      />
    </Modal>
  );
}

interface FormProps {
  person?: Person;
  error: unknown;
  busy: boolean;
  onCancel: () => void;
  onSend: (values: PersonValues) => void;
}

function PersonForm({ person, error, busy, onCancel, onSend }: FormProps) {
  const { t } = useTranslation();
  const id = useId();
  const errorText = useErrorText();
  const [username, setUsername] = useState("");
  const [fullName, setFullName] = useState(person?.full_name ?? "");
  const [email, setEmail] = useState(person?.email ?? "");
  const [role, setRole] = useState<LinkValue | null>(person?.role ?? null);
  const [team, setTeam] = useState<LinkValue | null>(person?.team ?? null);
  const [language, setLanguage] = useState<Person["language"]>(person?.language ?? null);

  function submit(event: FormEvent) {
    event.preventDefault();
    if (!role) return;
    const values: PersonValues = { full_name: fullName.trim(), email: email.trim() };
    if (!person) values.username = username.trim();
    if (role.id !== person?.role.id) values.role = role.id;
    onSend({ ...values, team: team?.id ?? null, language });
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {error !== null && <Alert type="error" title={errorText(error)} role="alert" />}
      {!person && (
        <>
          <label htmlFor={`${id}-username`}>{t("people.username")}</label>
          <Input
            id={`${id}-username`}
            autoFocus
            required
            maxLength={100}
            autoCapitalize="none"
            autoComplete="off"
            value={username}
            onChange={(event) => setUsername(event.target.value)}
          />
        </>
      )}
      <label htmlFor={`${id}-name`}>{t("people.fullName")}</label>
      <Input
        id={`${id}-name`}
        required
        maxLength={150}
        autoComplete="off"
        value={fullName}
        onChange={(event) => setFullName(event.target.value)}
      />
      <label htmlFor={`${id}-email`}>{t("people.email")}</label>
      <Input
        id={`${id}-email`}
        type="email"
        maxLength={254}
        autoComplete="off"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
      />
      <label htmlFor={`${id}-role`}>{t("people.role")}</label>
      <RecordSelect id={`${id}-role`} object="role" value={role} onChange={setRole} />
      <label htmlFor={`${id}-team`}>{t("people.team")}</label>
      <RecordSelect
        id={`${id}-team`}
        object="team"
        value={team}
        placeholder={t("people.noTeam")}
        allowClear
        onChange={setTeam}
      />
      <label htmlFor={`${id}-language`}>{t("people.language")}</label>
      <Select
        id={`${id}-language`}
        value={language}
        allowClear
        placeholder={t("people.anyLanguage")}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChange={(next) => setLanguage(next ?? null)}
      />
      <div className={styles.foot}>
        <Button onClick={onCancel}>{t("common.cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={busy} disabled={!role}>
          {person ? t("common.save") : t("people.invite")}
        </Button>
      </div>
    </form>
  );
}
