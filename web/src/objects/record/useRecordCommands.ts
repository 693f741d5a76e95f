import { UserRoundCheck } from "lucide-react";
import { useTranslation } from "react-i18next";
import { fieldOf } from "@/api/meta";
import type { ObjectMeta, RecordRow } from "@/api/types";
import { useSaveFields } from "@/objects/edit/useSaveFields";
import { useCommands } from "@/ui/commands";

/** Offers what the palette can do with the record on screen, beside what its page offers itself. */
export function useRecordCommands(object: ObjectMeta, record: RecordRow) {
  const { t } = useTranslation();
  const save = useSaveFields(object);
  const owner = fieldOf(object, "owner");
  const mayAssign = owner && !owner.read_only && record.can.includes("change");
  useCommands(
    mayAssign
      ? [
          {
            id: "assign to",
            label: t("palette.assign"),
            icon: UserRoundCheck,
            group: t("palette.group.record"),
            object: owner.target ?? "user",
            run: (link) => void save(record, { owner: link }),
          },
        ]
      : [],
  );
}
