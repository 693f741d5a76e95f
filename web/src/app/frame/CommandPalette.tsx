/** The palette with what the frame knows: its modules, their icons, what can be made. */
import { useMemo, useState } from "react";
import type { ObjectMeta } from "@/api/types";
import { FrameCommands } from "@/app/frame/FrameCommands";
import { useModules } from "@/app/frame/navigation";
import { Shortcuts } from "@/app/frame/Shortcuts";
import { NewRecord } from "@/objects/record/NewRecord";
import { Palette } from "@/palette/Palette";

interface Props {
  onInbox: () => void;
}

export function CommandPalette({ onInbox }: Props) {
  const modules = useModules();
  const [creating, setCreating] = useState<ObjectMeta | null>(null);
  const places = useMemo(
    () => new Map(modules.flatMap(({ object, icon }) => (object ? [[object, icon] as const] : []))),
    [modules],
  );
  return (
    <>
      <Palette places={places}>
        <FrameCommands onCreate={setCreating} onInbox={onInbox} />
      </Palette>
      <Shortcuts onCreate={setCreating} onInbox={onInbox} />
      {creating && <NewRecord object={creating} open onClose={() => setCreating(null)} />}
    </>
  );
}
