/** What can be done here and now. Screens offer commands while they are shown; the palette lists them. */
import type { LucideIcon } from "lucide-react";
import { useEffect, useId, useSyncExternalStore } from "react";

export interface Command {
  /** In English, whatever the language: found by these words as well as by its label. */
  id: string;
  label: string;
  icon: LucideIcon;
  /** What it acts on, as a heading. */
  group: string;
  run: () => void;
}

/** A command that needs a record first, such as the user to assign to. */
export interface PickCommand extends Omit<Command, "run"> {
  /** The object to pick from. */
  object: string;
  run: (link: { id: string; label: string }) => void;
}

export type AnyCommand = Command | PickCommand;

export const picks = (command: AnyCommand): command is PickCommand => "object" in command;

const offered = new Map<string, AnyCommand[]>();
const listeners = new Set<() => void>();
let all: AnyCommand[] = [];

function changed() {
  all = [...offered.values()].flat();
  for (const listener of listeners) listener();
}

/** Offers commands while the component is shown. */
export function useCommands(commands: AnyCommand[]) {
  const id = useId();
  useEffect(() => {
    offered.set(id, commands);
    changed();
  });
  useEffect(
    () => () => {
      offered.delete(id);
      changed();
    },
    [id],
  );
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** All commands on offer, those of what was shown first before those of what came over it. */
export const useOffered = () => useSyncExternalStore(subscribe, () => all);
