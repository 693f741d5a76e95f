import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { App } from "antd";
import { Bell, Calculator, Contrast, Languages, Plus, Upload } from "lucide-react";
import { useTranslation } from "react-i18next";
import { followJob } from "@/api/jobs";
import { findObject, useObjects } from "@/api/meta";
import type { UserSettings } from "@/api/session";
import type { ObjectMeta, Theme } from "@/api/types";
import { useModules } from "@/app/frame/navigation";
import { useSaveSettings } from "@/app/session/useSaveSettings";
import { baseQuery, startScoring } from "@/insight/insightApi";
import { type AnyCommand, useCommands } from "@/ui/commands";
import { useErrorText } from "@/ui/errorText";
import { languageNames, languages } from "@/ui/languages";

const themes: Theme[] = ["system", "light", "dark"];

interface Props {
  onCreate: (object: ObjectMeta) => void;
  onInbox: () => void;
}

/** Offers what can be done on every page. */
export function FrameCommands({ onCreate, onInbox }: Props) {
  useCommands([...useCreating(onCreate), ...useDoing(), ...usePlaces(onInbox), ...useSettings()]);
  return null;
}

function useCreating(onCreate: Props["onCreate"]): AnyCommand[] {
  const { t } = useTranslation();
  const objects = useObjects();
  return useModules().flatMap(({ object: name }) => {
    const object = findObject(objects, name ?? "");
    if (!object?.can.includes("create")) return [];
    return {
      id: `new ${object.name}`,
      label: t("palette.new", { object: object.label }),
      icon: Plus,
      group: t("palette.group.create"),
      run: () => onCreate(object),
    };
  });
}

function useDoing(): AnyCommand[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const group = t("palette.group.do");
  const mayImport = useObjects().some(({ can }) => can.includes("import"));
  const mayScore = useQuery(baseQuery).data?.can.includes("score");
  const score = useMutation({
    mutationFn: () => startScoring(),
    onSuccess: (job) => {
      followJob(client, job);
      message.info(t("palette.scoring"));
    },
    onError: (error) => message.error(errorText(error)),
  });
  const commands: AnyCommand[] = [];
  if (mayImport) {
    commands.push({
      id: "import",
      label: t("palette.import"),
      icon: Upload,
      group,
      run: () => void navigate({ to: "/imports/new" }),
    });
  }
  if (mayScore) {
    commands.push({
      id: "score now",
      label: t("palette.score"),
      icon: Calculator,
      group,
      run: () => score.mutate(),
    });
  }
  return commands;
}

function usePlaces(onInbox: () => void): AnyCommand[] {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const group = t("palette.group.go");
  const places = useModules().map(({ to, label, icon }) => ({
    id: `go to ${to === "/" ? "home" : to.slice(1)}`,
    label,
    icon,
    group,
    run: () => void navigate({ to }),
  }));
  const inbox = {
    id: "go to notifications",
    label: t("notifications.title"),
    icon: Bell,
    group,
    run: onInbox,
  };
  return [...places, inbox];
}

function useSettings(): AnyCommand[] {
  const { t } = useTranslation();
  const save = useSaveSettings();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const group = t("palette.group.settings");
  const change = (settings: UserSettings) =>
    void save(settings).catch((error) => message.error(errorText(error)));
  return [
    ...themes.map((theme) => ({
      id: `theme ${theme}`,
      label: t("palette.theme", { name: t(`theme.${theme}`) }),
      icon: Contrast,
      group,
      run: () => change({ theme }),
    })),
    ...languages.map((language) => ({
      id: `language ${language}`,
      label: t("palette.language", { name: languageNames[language] }),
      icon: Languages,
      group,
      run: () => change({ language }),
    })),
  ];
}
