/** Ctrl/Cmd-K: customers by any part of a name, pinyin, phone or e-mail, and every page by its name. */
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Contact, type LucideIcon, Search } from "lucide-react";
import { type KeyboardEvent, useDeferredValue, useEffect, useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { lookupQuery } from "@/api/records";
import type { RecordRow } from "@/api/types";
import { useModules } from "@/app/frame/navigation";
import styles from "./palette.module.css";

interface Entry {
  key: string;
  label: string;
  detail?: string;
  icon: LucideIcon;
  to: string;
}

const detailFields = ["phone", "email", "city"];

function useEntries(text: string): { entries: Entry[]; settled: boolean } {
  const { t } = useTranslation();
  const modules = useModules();
  const customer = findObject(useObjects(), "customer");
  const fields = customer
    ? [customer.title_field, ...detailFields].filter((name) =>
        customer.fields.some((field) => field.name === name),
      )
    : [];
  const { data: found = [], isFetching } = useQuery({
    ...lookupQuery("customers", text, fields),
    enabled: text !== "" && customer !== undefined,
    placeholderData: keepPreviousData,
  });
  const wanted = text.toLowerCase();
  const pages = modules
    .filter(({ label }) => label.toLowerCase().includes(wanted))
    .map(({ to, label, icon }) => ({ key: to, label, icon, to, detail: t("palette.goTo") }));
  const customers = text === "" ? [] : found.slice(0, 8).map((row) => customerEntry(row, fields));
  return { entries: [...customers, ...pages], settled: !isFetching };
}

function customerEntry(row: RecordRow, [title = "name", ...details]: string[]): Entry {
  return {
    key: row.id,
    label: String(row[title] ?? ""),
    detail: details
      .map((name) => row[name])
      .filter((value) => typeof value === "string" && value)
      .join(" · "),
    icon: Contact,
    to: `/customers/${row.id}`,
  };
}

export function CommandPalette() {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);

  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen(true);
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);

  return (
    <>
      <button type="button" className={styles.trigger} onClick={() => setOpen(true)}>
        <Search size={16} aria-hidden />
        <span className="ellipsis">{t("palette.label")}</span>
        <kbd>Ctrl K</kbd>
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the dialog closes by Esc; the click is on its backdrop */}
      <dialog
        ref={dialog}
        className={styles.dialog}
        aria-label={t("palette.label")}
        onClose={() => setOpen(false)}
        onClick={(event) => event.target === dialog.current && setOpen(false)}
      >
        {open && <PaletteBody onDone={() => setOpen(false)} />}
      </dialog>
    </>
  );
}

function PaletteBody({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const navigate = useNavigate();
  const [text, setText] = useState("");
  const { entries, settled } = useEntries(useDeferredValue(text.trim()));
  const [chosen, setChosen] = useState(0);
  const active = Math.min(chosen, entries.length - 1);

  function go(entry: Entry | undefined) {
    if (!entry) return;
    onDone();
    void navigate({ to: entry.to });
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      setChosen((active + step + entries.length) % Math.max(entries.length, 1));
    }
    if (event.key === "Enter") go(entries[active]);
  }

  return (
    <div className={styles.palette}>
      <div className={styles.input}>
        <Search size={18} aria-hidden />
        <input
          type="text"
          role="combobox"
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={entries[active] && `${id}-${active}`}
          aria-label={t("palette.label")}
          placeholder={t("palette.placeholder")}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setChosen(0);
          }}
          onKeyDown={onKeyDown}
        />
      </div>
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label={t("palette.results")}
        className={styles.list}
      >
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents lint/a11y/useFocusableInteractive: keys go to the combobox
          <div
            key={entry.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            className={styles.entry}
            onMouseMove={() => setChosen(index)}
            onClick={() => go(entry)}
          >
            <entry.icon size={16} aria-hidden />
            <span className="ellipsis">{entry.label}</span>
            <small className="ellipsis secondary">{entry.detail}</small>
          </div>
        ))}
      </div>
      {entries.length === 0 && settled && (
        <p className={styles.nothing}>{t("palette.nothing", { text })}</p>
      )}
    </div>
  );
}
