import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Radio } from "antd";
import dayjs from "dayjs";
import { User, Users, X } from "lucide-react";
import { type FormEvent, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { recordsKey } from "@/api/records";
import { endShare, type NewShare, type Share, shareRecord, sharesQuery } from "@/api/shares";
import type { LinkValue, ObjectMeta, Schemas } from "@/api/types";
import { RecordsSelect } from "@/objects/fields/RecordsSelect";
import { DatePicker } from "@/ui/DatePicker";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import styles from "./sharing.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
  title: string;
  shares: Schemas["SharesOut"];
  onClose: () => void;
}

/** With whom a record is shared, how far, until when; and sharing it with others. */
export function ShareDialog({ object, id, title, shares, onClose }: Props) {
  const { t } = useTranslation();
  const mayShare = shares.can.includes("share");
  return (
    <Modal open title={t("sharing.title", { name: title })} footer={null} onCancel={onClose}>
      <div className={styles.dialog}>
        {shares.items.length > 0 && (
          <ul className={styles.list} aria-label={t("sharing.list")}>
            {shares.items.map((share) => (
              <Shared key={share.id} object={object} id={id} share={share} mayEnd={mayShare} />
            ))}
          </ul>
        )}
        {mayShare && <ShareForm object={object} id={id} onClose={onClose} />}
      </div>
    </Modal>
  );
}

const refresh = (client: QueryClient, { name, path }: ObjectMeta, id: string) =>
  Promise.all([
    client.invalidateQueries({ queryKey: sharesQuery(name, id).queryKey }),
    client.invalidateQueries({ queryKey: [...recordsKey(path), "history"] }),
    client.invalidateQueries({ queryKey: ["timeline"] }),
  ]);

interface SharedProps {
  object: ObjectMeta;
  id: string;
  share: Share;
  mayEnd: boolean;
}

function Shared({ object, id, share, mayEnd }: SharedProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const end = useMutation({
    mutationFn: () => endShare(share.id),
    onSuccess: () => refresh(client, object, id),
    onError: (error) => message.error(errorText(error)),
  });
  const Icon = share.team ? Users : User;
  const name = (share.user ?? share.team)?.label ?? "";
  const how = [
    t(share.may_change ? "sharing.change" : "sharing.read"),
    share.ends_on && t("sharing.until", { date: format.date(share.ends_on) }),
    t("sharing.by", { name: share.given_by.label }),
  ];
  return (
    <li>
      <Icon size={15} aria-hidden />
      <span>
        {name}
        <small className="secondary">{how.filter(Boolean).join(" · ")}</small>
      </span>
      {mayEnd && (
        <Button
          type="text"
          size="small"
          icon={<X size={15} />}
          aria-label={t("sharing.end", { name })}
          loading={end.isPending}
          onClick={() => end.mutate()}
        />
      )}
    </li>
  );
}

function ShareForm({ object, id, onClose }: Pick<Props, "object" | "id" | "onClose">) {
  const { t } = useTranslation();
  const field = useId();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [users, setUsers] = useState<LinkValue[]>([]);
  const [teams, setTeams] = useState<LinkValue[]>([]);
  const [mayChange, setMayChange] = useState(false);
  const [endsOn, setEndsOn] = useState<string | null>(null);
  const save = useMutation({
    mutationFn: (share: NewShare) => shareRecord(object.name, id, share),
    onSuccess: () => {
      message.success(t("sharing.done"));
      onClose();
      return refresh(client, object, id);
    },
  });

  function submit(event: FormEvent) {
    event.preventDefault();
    save.mutate({
      users: users.map((user) => user.id),
      teams: teams.map((team) => team.id),
      may_change: mayChange,
      ends_on: endsOn,
    });
  }

  return (
    <form className={styles.form} onSubmit={submit}>
      {save.error && <Alert type="error" title={errorText(save.error)} role="alert" />}
      <label htmlFor={`${field}-users`}>{t("sharing.users")}</label>
      <RecordsSelect
        id={`${field}-users`}
        object="user"
        value={users}
        placeholder={t("access.choose")}
        onChange={setUsers}
        autoFocus
      />
      <label htmlFor={`${field}-teams`}>{t("sharing.teams")}</label>
      <RecordsSelect id={`${field}-teams`} object="team" value={teams} onChange={setTeams} />
      <span id={`${field}-how`}>{t("sharing.how")}</span>
      <Radio.Group
        aria-labelledby={`${field}-how`}
        value={mayChange}
        options={[
          { value: false, label: t("sharing.read") },
          { value: true, label: t("sharing.change") },
        ]}
        onChange={(event) => setMayChange(event.target.value)}
      />
      <label htmlFor={`${field}-until`}>{t("sharing.lastDay")}</label>
      <DatePicker
        id={`${field}-until`}
        value={endsOn ? dayjs(endsOn) : null}
        minDate={dayjs()}
        placeholder={t("sharing.forGood")}
        onChange={(date) => setEndsOn(date?.format("YYYY-MM-DD") ?? null)}
      />
      <small className="secondary">{t("sharing.hint")}</small>
      <div className={styles.foot}>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button
          type="primary"
          htmlType="submit"
          loading={save.isPending}
          disabled={users.length + teams.length === 0}
        >
          {t("sharing.share")}
        </Button>
      </div>
    </form>
  );
}
