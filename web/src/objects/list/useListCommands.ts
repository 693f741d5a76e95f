import { App } from "antd";
import { Download, Merge, Pencil, Trash2, UserRoundCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import { type ExportFormat, exportRecords, type ListQuestion } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { type AnyCommand, useCommands } from "@/ui/commands";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";

const formats: ExportFormat[] = ["xlsx", "csv"];

interface SelectionVerbs {
  count: number;
  edit: () => void;
  assign: (owner: string) => void;
  remove: () => void;
  merge?: (() => void) | undefined;
}

/** Offers what the palette can do with the list on screen, and with the records chosen in it. */
export function useListCommands(
  object: ObjectMeta,
  question: ListQuestion,
  selection: SelectionVerbs,
) {
  const { t } = useTranslation();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const number = useFormat().number(selection.count);
  const group = t("palette.group.selection", { number });
  const owner = fieldOf(object, "owner");
  const commands: AnyCommand[] = [];
  if (selection.count > 0 && object.can.includes("change")) {
    commands.push({
      id: "edit selected",
      label: t("palette.editSelected"),
      icon: Pencil,
      group,
      run: selection.edit,
    });
    if (owner && !owner.read_only) {
      commands.push({
        id: "assign selected to",
        label: t("palette.assign"),
        icon: UserRoundCheck,
        group,
        object: owner.target ?? "user",
        run: ({ id }) => selection.assign(id),
      });
    }
  }
  if (selection.count > 0 && object.can.includes("delete")) {
    commands.push({
      id: "delete selected",
      label: t("common.delete"),
      icon: Trash2,
      group,
      run: selection.remove,
    });
  }
  if (selection.merge) {
    commands.push({
      id: "merge selected",
      label: t("merge.open"),
      icon: Merge,
      group,
      run: selection.merge,
    });
  }
  if (object.can.includes("export")) {
    for (const format of formats) {
      commands.push({
        id: `export ${format}`,
        label: t("palette.export", { format: format.toUpperCase() }),
        icon: Download,
        group: t("palette.group.list"),
        run: () =>
          exportRecords(object.path, question, format).catch((error) =>
            message.error(errorText(error)),
          ),
      });
    }
  }
  useCommands(commands);
}
