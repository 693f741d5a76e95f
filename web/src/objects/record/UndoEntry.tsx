import { Button } from "antd";
import { useTranslation } from "react-i18next";
import type { HistoryEntry } from "@/api/types";
import { useUndo } from "@/objects/edit/useUndo";
import { useTakeBack } from "@/objects/merge/useTakeBack";

/** Takes what an entry tells back; of a merge it asks first who keeps what. */
export function UndoEntry({
  entry: { can_undo, request_id, merge },
}: {
  entry: Partial<Pick<HistoryEntry, "can_undo" | "request_id" | "merge">>;
}) {
  const { t } = useTranslation();
  const { undo } = useUndo();
  const takeBack = useTakeBack();
  if (!can_undo || !request_id) return null;
  return (
    <Button
      size="small"
      type="text"
      onClick={() => (merge ? takeBack(merge.id, merge.survivor.id) : void undo(request_id))}
    >
      {t(merge ? "merge.back.open" : "common.undo")}
    </Button>
  );
}
