import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, type MenuProps } from "antd";
import { Ellipsis } from "lucide-react";
import { useTranslation } from "react-i18next";
import { removeFactorsOf } from "@/api/factors";
import {
  activate,
  makeLink,
  type Person,
  peopleQuery,
  revokeLink,
  signOutEverywhere,
} from "@/api/people";
import { useUser } from "@/api/session";
import type { Opened } from "@/settings/PeoplePage";
import { useErrorText } from "@/ui/errorText";

interface Props {
  person: Person;
  onOpen: (opened: Opened) => void;
}

export function PersonActions({ person, onOpen }: Props) {
  const { t } = useTranslation();
  const items = useActions(person, onOpen);
  return (
    <Dropdown trigger={["click"]} menu={{ items }}>
      <Button
        type="text"
        icon={<Ellipsis size={16} />}
        aria-label={t("people.actions", { name: person.full_name })}
      />
    </Dropdown>
  );
}

function useActions(person: Person, onOpen: Props["onOpen"]): MenuProps["items"] {
  const { t } = useTranslation();
  const me = useUser();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { mutate } = useMutation({
    mutationFn: (action: () => Promise<unknown>) => action(),
    onSettled: () => client.invalidateQueries({ queryKey: peopleQuery.queryKey }),
    onError: (error) => void message.error(errorText(error)),
  });
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
  return [
    { key: "change", label: t("people.change"), onClick: () => onOpen({ what: "change", person }) },
    { key: "link", label: t("people.newLink"), onClick: () => mutate(link) },
    ...(person.link_until
      ? [{ key: "revoke", label: t("people.revokeLink"), onClick: () => mutate(revoke) }]
      : []),
    { key: "out", label: t("people.signOut"), onClick: () => mutate(signOut) },
    { key: "factors", label: t("factors.removeAll"), onClick: () => mutate(removeFactors) },
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
