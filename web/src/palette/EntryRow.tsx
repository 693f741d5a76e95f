import { ChevronRight, FileText } from "lucide-react";
import { findObject, useObjects } from "@/api/meta";
import type { Found, Marked } from "@/api/search";
import { type Entry, pieces } from "@/palette/entries";
import type { Places } from "@/palette/PaletteBody";
import { picks } from "@/ui/commands";
import styles from "./palette.module.css";

interface Props {
  id: string;
  entry: Entry;
  places: Places;
  active: boolean;
  onMove: () => void;
  onTake: () => void;
}

export function EntryRow({ id, entry, places, active, onMove, onTake }: Props) {
  const Icon =
    entry.kind === "command" ? entry.command.icon : (places.get(entry.found.type) ?? FileText);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: keys go to the combobox
    <div
      id={id}
      role="option"
      aria-selected={active}
      className={styles.entry}
      onMouseMove={active ? undefined : onMove}
      onClick={onTake}
    >
      <Icon size={16} aria-hidden />
      {entry.kind === "command" ? (
        <>
          <span className="ellipsis">{entry.command.label}</span>
          {picks(entry.command) && <ChevronRight size={15} aria-hidden />}
        </>
      ) : (
        <Record found={entry.found} />
      )}
    </div>
  );
}

function Record({ found }: { found: Found }) {
  const object = findObject(useObjects(), found.type);
  const { title, detail, belongs_to: owner } = found;
  return (
    <>
      <span className="ellipsis">{title.text ? <Text {...title} /> : object?.label}</span>
      <small className="ellipsis secondary">
        {owner?.label}
        {owner?.label && detail && " · "}
        {detail && <Text {...detail} />}
      </small>
    </>
  );
}

function Text({ text, marks }: Marked) {
  return (
    <>
      {pieces(text, marks).map((piece) =>
        piece.marked ? (
          <mark key={piece.at} className={styles.mark}>
            {piece.text}
          </mark>
        ) : (
          <span key={piece.at}>{piece.text}</span>
        ),
      )}
    </>
  );
}
