import { App } from "antd";
import { useTranslation } from "react-i18next";
import { removeFactorsOf } from "@/api/factors";
import {
  activate,
  makeLink,
  type Person,
  peopleQuery,
  revokeLink,
  signOutEverywhere,
  unlinkPerson,
} from "@/api/people";
import { useUser } from "@/api/session";
import { type Actions, ActionsMenu, useAct } from "@/settings/ActionsMenu";
import type { Opened } from "@/settings/PeoplePage";

interface Props {
  person: Person;
  onOpen: (opened: Opened) => void;
}

export function PersonActions({ person, onOpen }: Props) {
  const { t } = useTranslation();
  const items = useActions(person, onOpen);
  return <ActionsMenu label={t("people.actions", { name: person.full_name })} items={items} />;
}

function useActions(person: Person, onOpen: Props["onOpen"]): Actions {
  const { t } = useTranslation();
  const me = useUser();
  const { message } = App.useApp();
  const { mutate } = useAct(peopleQuery.queryKey);
  const { id, full_name: name } = person;
  if (person.status === "inactive") {
    const letIn = async () => {
      await activate(id);
      message.success(t("people.activated", { name }));
    };
    return [{ key: "activate", label: t("people.activate"), onClick: () => mutate(letIn) }];
  }
  const link = async () => onOpen({ what: "link", person, link: await makeLink(id) });
  const revoke = async () => {
    await revokeLink(id);
    message.success(t("people.linkRevoked"));
  };
  const signOut = async () => {
    const { ended } = await signOutEverywhere(id);
    message.success(t("people.signedOut", { count: ended }));
  };
  const removeFactors = async () => {
    await removeFactorsOf(id);
    message.success(t("factors.removed", { name }));
  };
  const unlink = async () => {
    await unlinkPerson(id);
    message.success(t("people.unlinked", { name }));
  };
  return [
    { key: "change", label: t("people.change"), onClick: () => onOpen({ what: "change", person }) },
    { key: "link", label: t("people.newLink"), onClick: () => mutate(link) },
    ...(person.link_until
      ? [{ key: "revoke", label: t("people.revokeLink"), onClick: () => mutate(revoke) }]
      : []),
    { key: "out", label: t("people.signOut"), onClick: () => mutate(signOut) },
    { key: "factors", label: t("factors.removeAll"), onClick: () => mutate(removeFactors) },
    ...(person.is_linked
      ? [{ key: "unlink", label: t("people.unlink"), onClick: () => mutate(unlink) }]
      : []),
    ...(id === me.id
      ? []
      : [
          {
            key: "leave",
            danger: true,
            label: t("people.deactivate"),
            onClick: () => onOpen({ what: "leave", person }),
          },
        ]),
  ];
}
