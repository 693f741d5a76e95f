import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Input, Modal } from "antd";
import { ChevronRight, Plus, Users } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useObjects } from "@/api/meta";
import { type NewLink, type Person, peopleQuery } from "@/api/people";
import { LeavingDialog } from "@/settings/LeavingDialog";
import { PersonActions } from "@/settings/PersonActions";
import { PersonDialog } from "@/settings/PersonDialog";
import { Chip } from "@/ui/Chip";
import { CopyLine } from "@/ui/CopyLine";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

const colors = { active: "green", invited: "gold", inactive: null };

/** What is open over the page. */
export type Opened =
  | { what: "invite" }
  | { what: "change" | "leave"; person: Person }
  | { what: "link"; person: Person; link: NewLink }
  | null;

/** Everybody who may sign in; administrators invite, change and let go. */
export function PeoplePage() {
  const { t } = useTranslation();
  const query = useQuery(peopleQuery);
  const [text, setText] = useState("");
  const [opened, setOpened] = useState<Opened>(null);
  const close = () => setOpened(null);
  const found = matching(query.data ?? [], text);
  return (
    <>
      <div className={styles.head}>
        <Input.Search
          className={styles.search}
          allowClear
          aria-label={t("people.search")}
          placeholder={t("people.search")}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button
          type="primary"
          icon={<Plus size={15} />}
          onClick={() => setOpened({ what: "invite" })}
        >
          {t("people.invite")}
        </Button>
      </div>
      {query.isPending && <LinesSkeleton />}
      {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
      {query.data && found.length === 0 && (
        <EmptyState icon={Users} title={t("people.noMatch")} compact />
      )}
      {found.length > 0 && <PeopleTable people={found} onOpen={setOpened} />}
      <TeamLinks />
      {(opened?.what === "invite" || opened?.what === "change") && (
        <PersonDialog
          person={opened.what === "change" ? opened.person : undefined}
          onClose={close}
          onInvited={(person, link) => setTimeout(() => setOpened({ what: "link", person, link }))}
        />
      )}
      {opened?.what === "leave" && <LeavingDialog person={opened.person} onClose={close} />}
      {opened?.what === "link" && <LinkDialog {...opened} onClose={close} />}
    </>
  );
}

function matching(people: Person[], text: string) {
  const wanted = text.trim().toLocaleLowerCase();
  return people.filter(({ full_name, username, email, role, team }) =>
    [full_name, username, email, role.label, team?.label ?? ""].some((part) =>
      part.toLocaleLowerCase().includes(wanted),
    ),
  );
}

interface TableProps {
  people: Person[];
  onOpen: (opened: Opened) => void;
}

function PeopleTable({ people, onOpen }: TableProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <section className={styles.scroll} aria-label={t("people.title")}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t("people.person")}</th>
            <th>{t("people.role")}</th>
            <th>{t("people.team")}</th>
            <th>{t("people.lastSeen")}</th>
            <th>{t("people.status")}</th>
            <th>
              <span className="sr-only">{t("common.moreActions")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id}>
              <td>
                <Link to="/$path/$id" params={{ path: "users", id: person.id }}>
                  {person.full_name}
                </Link>
                <small className="secondary">{person.username}</small>
              </td>
              <td>{person.role.label}</td>
              <td>{person.team?.label}</td>
              <td>
                {person.last_seen_at ? format.relative(person.last_seen_at) : t("people.never")}
              </td>
              <td>
                <Chip color={colors[person.status]}>{t(`people.is.${person.status}`)}</Chip>
                {person.link_until && (
                  <small className="secondary">
                    {t("people.linkUntil", { date: format.dateTime(person.link_until) })}
                  </small>
                )}
              </td>
              <td className={styles.end}>
                <PersonActions person={person} onOpen={onOpen} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface LinkProps {
  person: Person;
  link: NewLink;
  onClose: () => void;
}

/** The link, this once; a click beside it must not lose it. */
function LinkDialog({ person, link, onClose }: LinkProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <Modal
      open
      title={t("people.linkTitle", { name: person.full_name })}
      footer={null}
      mask={{ closable: false }}
      onCancel={onClose}
    >
      <div className={styles.form}>
        <p>{t("people.linkText", { date: format.dateTime(link.expires_at) })}</p>
        {link.mailed && <p>{t("people.linkMailed")}</p>}
        <CopyLine label={t("people.link")} value={link.url} />
        <div className={styles.foot}>
          <Button type="primary" onClick={onClose}>
            {t("tokens.kept")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

const linked = ["team", "territory"];

function TeamLinks() {
  const { t } = useTranslation();
  const objects = useObjects().filter(({ name }) => linked.includes(name));
  return (
    <section className={styles.aside} aria-label={t("people.teams")}>
      <h2>{t("people.teams")}</h2>
      <ul className={styles.links}>
        {objects.map(({ path, label_plural }) => (
          <li key={path}>
            <Link to="/$path" params={{ path }}>
              {label_plural}
              <ChevronRight size={16} aria-hidden />
            </Link>
          </li>
        ))}
      </ul>
    </section>
  );
}
