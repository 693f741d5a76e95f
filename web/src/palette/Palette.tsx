/** Ctrl/Cmd-K: a record by whatever is known of it, those opened last, and what can be done here. */
import { Search } from "lucide-react";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { PaletteBody, type Places } from "@/palette/PaletteBody";
import { useRememberOpened } from "@/palette/useRememberOpened";
import { commandKey } from "@/ui/keys";
import styles from "./palette.module.css";

interface Props {
  places: Places;
  /** Offers the commands that are there on every page; drawn only while the palette is open. */
  children: ReactNode;
}

export function Palette({ places, children }: Props) {
  const { t } = useTranslation();
  const dialog = useRef<HTMLDialogElement>(null);
  const [open, setOpen] = useState(false);
  const isShown = useRef(false);
  useRememberOpened();

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen((old) => !old);
      }
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);

  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
    isShown.current = open;
  }, [open]);

  /** Of a dialog that the browser closed by itself; of one we closed it may come once it is open again. */
  function onClose() {
    if (isShown.current && !dialog.current?.open) setOpen(false);
  }

  return (
    <>
      <button
        type="button"
        className={styles.trigger}
        aria-haspopup="dialog"
        onClick={() => setOpen(true)}
      >
        <Search size={16} aria-hidden />
        <span className="ellipsis">{t("palette.label")}</span>
        <kbd>{commandKey} K</kbd>
      </button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the dialog closes by Esc; the click is on its backdrop */}
      <dialog
        ref={dialog}
        className={styles.dialog}
        aria-label={t("palette.label")}
        onCancel={(event) => {
          // Closed by our state alone: by itself it would be closed before we know, and not open again.
          event.preventDefault();
          setOpen(false);
        }}
        onClose={onClose}
        onClick={(event) => event.target === dialog.current && setOpen(false)}
      >
        {open && (
          <>
            {children}
            <PaletteBody places={places} onDone={() => setOpen(false)} />
          </>
        )}
      </dialog>
    </>
  );
}
