import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { type LucideIcon, Search } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { type Found, searchQuery } from "@/api/search";
import { recordPath } from "@/objects/record/recordPath";
import { EntryRow } from "@/palette/EntryRow";
import { type Entry, type Group, groupsOf, moved } from "@/palette/entries";
import { type PickCommand, picks, useOffered } from "@/ui/commands";
import { ErrorState } from "@/ui/ErrorState";
import { isComposing } from "@/ui/keys";
import { useDebounced } from "@/ui/useDebounced";
import styles from "./palette.module.css";

/** Objects with pages of their own in this client, and their icons; others show on their owner's. */
export type Places = ReadonlyMap<string, LucideIcon>;

interface Props {
  places: Places;
  onDone: () => void;
}

const pause = 120; // milliseconds without a key before the server is asked

export function PaletteBody({ places, onDone }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const [text, setText] = useState("");
  const [picking, setPicking] = useState<PickCommand | null>(null);
  const [chosen, setChosen] = useState(0);
  const [eager, setEager] = useState(false);
  const { groups, search, settled } = useGroups(text.trim(), picking);
  const choose = useChoose(places, onDone);
  const entries = groups.flatMap((group) => group.entries);
  const active = Math.min(chosen, entries.length - 1);

  useEffect(() => {
    if (active >= 0)
      document.getElementById(`${id}-${active}`)?.scrollIntoView({ block: "nearest" });
  }, [id, active]);

  // Enter came before the answer to what was typed: the older one on screen is not what is meant.
  useEffect(() => {
    if (!eager || !settled) return;
    setEager(false);
    take(entries[active]);
  });

  function type(next: string) {
    setText(next);
    setChosen(0);
    setEager(false);
  }

  function pick(command: PickCommand | null) {
    setPicking(command);
    type("");
  }

  function take(entry: Entry | undefined) {
    if (!entry) return;
    if (entry.kind === "command" && picks(entry.command)) pick(entry.command);
    else choose(entry, picking);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (isComposing(event)) return;
    const next = moved(event.key, active, entries.length);
    if (next !== null) {
      event.preventDefault();
      setChosen(next);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const entry = entries[active];
      if (settled || entry?.kind === "command") take(entry);
      else setEager(true);
    } else if (picking && (event.key === "Escape" || (event.key === "Backspace" && !text))) {
      event.preventDefault();
      pick(null);
    }
  }

  const object = findObject(useObjects(), picking?.object ?? "");
  const label = picking
    ? `${picking.label} ${t("palette.pickPlaceholder", { what: object?.label ?? "" })}`
    : t("palette.placeholder");
  return (
    <div className={styles.palette}>
      <div className={styles.input}>
        <Search size={18} aria-hidden />
        {picking && <span className={styles.picking}>{picking.label}</span>}
        <input
          type="text"
          role="combobox"
          autoComplete="off"
          spellCheck={false}
          maxLength={200}
          aria-expanded
          aria-autocomplete="list"
          aria-controls={`${id}-list`}
          aria-activedescendant={active >= 0 ? `${id}-${active}` : undefined}
          aria-label={picking ? label : t("palette.label")}
          placeholder={
            picking ? t("palette.pickPlaceholder", { what: object?.label ?? "" }) : label
          }
          value={text}
          onChange={(event) => type(event.target.value)}
          onKeyDown={onKeyDown}
        />
      </div>
      <Results
        id={id}
        groups={groups}
        active={active}
        places={places}
        stale={!settled}
        onMove={setChosen}
        onTake={take}
      />
      {search.isError && <ErrorState error={search.error} onRetry={() => search.refetch()} />}
      {entries.length === 0 && settled && !search.isError && (
        <p className={styles.nothing}>{t("palette.nothing", { text })}</p>
      )}
      <p role="status" className={styles.count}>
        {settled && text && t("palette.count", { count: entries.length })}
      </p>
      <footer className={styles.foot} aria-hidden>
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> {t("palette.hint.move")}
        </span>
        <span>
          <kbd>↵</kbd> {t("palette.hint.open")}
        </span>
        <span>
          <kbd>Esc</kbd> {picking ? t("palette.back") : t("palette.hint.close")}
        </span>
      </footer>
    </div>
  );
}

/** What is listed: the older answer stays until the next one is there. */
function useGroups(text: string, picking: PickCommand | null) {
  const { t } = useTranslation();
  const objects = useObjects();
  const offered = useOffered();
  const asked = useDebounced(text, pause);
  const search = useQuery({
    ...searchQuery(asked, picking?.object),
    placeholderData: keepPreviousData,
  });
  const found = search.data ?? [];
  const label = (type: string) => findObject(objects, type)?.label_plural ?? type;
  const groups = groupsOf(text, found, picking ? [] : offered, {
    recent: picking ? label(picking.object) : t("palette.recent"),
    object: label,
  });
  const settled = text === asked && !search.isPlaceholderData && !search.isPending;
  return { groups, search, settled };
}

/** Does what an entry says: opens a record, hands it to the command that waits, or runs a command. */
function useChoose(places: Places, onDone: () => void) {
  const navigate = useNavigate();
  const objects = useObjects();
  return (entry: Entry, picking: PickCommand | null) => {
    onDone();
    if (entry.kind === "command") {
      if (!picks(entry.command)) entry.command.run();
      return;
    }
    const { found } = entry;
    if (picking) {
      picking.run({ id: found.id, label: found.title.text });
      return;
    }
    const { type, id } = pageOf(found, places);
    const path = findObject(objects, type)?.path ?? type;
    void navigate({ to: recordPath(path, id) });
  };
}

const pageOf = (found: Found, places: Places) =>
  found.belongs_to && !places.has(found.type) ? found.belongs_to : found;

interface ResultsProps {
  id: string;
  groups: Group[];
  active: number;
  places: Places;
  stale: boolean;
  onMove: (index: number) => void;
  onTake: (entry: Entry) => void;
}

function Results({ id, groups, active, places, stale, onMove, onTake }: ResultsProps) {
  const { t } = useTranslation();
  let index = -1;
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      aria-label={t("palette.results")}
      aria-busy={stale}
      className={styles.list}
    >
      {groups.map((group) => (
        // biome-ignore lint/a11y/useSemanticElements: a listbox groups its options so; a fieldset is a form's
        <div key={group.key} role="group" aria-labelledby={`${id}-${group.key}`}>
          <div id={`${id}-${group.key}`} role="presentation" className={styles.heading}>
            {group.label}
          </div>
          {group.entries.map((entry) => {
            index += 1;
            const at = index;
            return (
              <EntryRow
                key={entry.key}
                id={`${id}-${at}`}
                entry={entry}
                places={places}
                active={at === active}
                onMove={() => onMove(at)}
                onTake={() => onTake(entry)}
              />
            );
          })}
        </div>
      ))}
    </div>
  );
}
