import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { TextAreaRef } from "antd/es/input/TextArea";
import {
  type ComponentProps,
  type KeyboardEvent,
  type RefObject,
  use,
  useId,
  useLayoutEffect,
  useRef,
  useState,
} from "react";
import { useTranslation } from "react-i18next";
import { type OfferedSnippet, offeredSnippetsQuery } from "@/api/snippets";
import { type Colleague, colleaguesQuery, MentionAbout } from "@/objects/mention/colleagues";
import {
  asRead,
  edited,
  mentionedIn,
  type Typed,
  typedName,
  typedShortcut,
  withMention,
  withSnippet,
} from "@/objects/mention/mentionText";
import { FormatBar, formatByKey } from "@/objects/richtext/FormatBar";
import { isComposing } from "@/ui/keys";
import { TextArea } from "@/ui/TextArea";
import styles from "./mention.module.css";

interface Props extends Omit<ComponentProps<typeof TextArea>, "value" | "onChange" | "ref"> {
  /** As it is kept, with marks. */
  value: string;
  onChange: (value: string) => void;
  ref?: RefObject<TextAreaRef | null>;
}

/**
 * A box for text to be formatted, in which "@" offers colleagues to name and "/" snippets to put in, by mouse or by
 * arrows and Enter.
 */
export function MentionTextArea({ value, onChange, ref, ...props }: Props) {
  const id = useId();
  const own = useRef<TextAreaRef>(null);
  const box = ref ?? own;
  const read = asRead(value);
  const caret = useCaret(box, read);
  const [typed, setTyped] = useState<Typed | null>(null);
  const { found, active, setActive } = useOffers(typed);
  const blind = useBlind(value);
  const current = typed ? found[active] : undefined;

  const area = () => box.current?.resizableTextArea?.textArea;

  function look() {
    const { value, selectionStart, selectionEnd } = area() ?? {};
    if (value === undefined || selectionEnd === undefined) return;
    const isCaret = selectionStart === selectionEnd;
    const next = isCaret
      ? (typedName(value, selectionEnd) ?? typedShortcut(value, selectionEnd))
      : null;
    if (next?.name !== typed?.name) setActive(0);
    setTyped(next);
  }

  function take(offer: Offer) {
    if (!typed) return;
    const next = offer.put(value, typed);
    caret.current = typed.to + asRead(next).length - read.length;
    if (offer.colleague) blind.note(offer.colleague);
    setTyped(null);
    onChange(next);
  }

  function onKeyDown(event: KeyboardEvent<HTMLTextAreaElement>) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const takes = event.key === "Enter" || event.key === "Tab";
    const plain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
    const isOurs = current && plain && !isComposing(event);
    if (!isOurs) return formatByKey(event) || props.onKeyDown?.(event);
    if (step) setActive((active + step + found.length) % found.length);
    else if (takes) take(current);
    else if (event.key === "Escape") setTyped(null);
    else return props.onKeyDown?.(event);
    event.preventDefault();
    event.stopPropagation();
  }

  return (
    <div className={styles.box}>
      <TextArea
        {...props}
        ref={box}
        value={read}
        aria-autocomplete="list"
        aria-controls={current && `${id}-list`}
        aria-activedescendant={current && `${id}-${current.id}`}
        onChange={({ target }) => {
          onChange(edited(value, target.value, target.selectionEnd));
          look();
        }}
        onSelect={look}
        onKeyDown={onKeyDown}
        onBlur={(event) => {
          setTyped(null);
          props.onBlur?.(event);
        }}
      />
      <FormatBar area={area} />
      {typed && found.length > 0 && (
        <Offers
          id={id}
          offers={typed.offers}
          found={found}
          active={active}
          onMove={setActive}
          onTake={take}
        />
      )}
      <Warning names={blind.names} />
    </div>
  );
}

/** Where the caret belongs after a text that was not typed. */
function useCaret(box: RefObject<TextAreaRef | null>, read: string) {
  const caret = useRef<number | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the box must show the text first
  useLayoutEffect(() => {
    if (caret.current === null) return;
    const area = box.current?.resizableTextArea?.textArea;
    area?.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  }, [read]);
  return caret;
}

/** One thing to choose: its words, and what the text is with it in place of what was typed. */
interface Offer {
  id: string;
  label: string;
  hint?: string;
  colleague?: Colleague;
  put: (value: string, typed: Typed) => string;
}

const none: Offer[] = [];

function useOffers(typed: Typed | null) {
  const { t } = useTranslation();
  const about = use(MentionAbout);
  const [active, setActive] = useState(0);
  const asked = (offers: Typed["offers"]) => ({
    enabled: typed?.offers === offers,
    placeholderData: keepPreviousData,
  });
  const colleagues = useQuery({
    ...colleaguesQuery(typed?.name ?? "", about),
    ...asked("colleagues"),
    select: (items: Colleague[]): Offer[] =>
      items.map((colleague) => ({
        id: colleague.id,
        label: colleague.label,
        hint: colleague.sees === false ? t("notifications.mention.blind") : undefined,
        colleague,
        put: (value, typed) => withMention(value, typed, colleague),
      })),
  });
  const snippets = useQuery({
    ...offeredSnippetsQuery(typed?.name ?? "", about),
    ...asked("snippets"),
    select: (items: OfferedSnippet[]): Offer[] =>
      items.map(({ id, name, shortcut, text }) => ({
        id,
        label: name,
        hint: shortcut && `/${shortcut}`,
        put: (value, typed) => withSnippet(value, typed, text),
      })),
  });
  const data = typed?.offers === "snippets" ? snippets.data : colleagues.data;
  const found = (typed && data) ?? none;
  return { found, active: Math.min(active, Math.max(0, found.length - 1)), setActive };
}

/** Those named here who may not see the record. */
function useBlind(value: string) {
  const [known, setKnown] = useState<Colleague[]>([]);
  const named = mentionedIn(value);
  return {
    names: known.filter(({ id }) => named.has(id)).map(({ label }) => label),
    note: (colleague: Colleague) => {
      const isNew = colleague.sees === false && !known.some(({ id }) => id === colleague.id);
      if (isNew) setKnown([...known, colleague]);
    },
  };
}

function Warning({ names }: { names: string[] }) {
  const { t } = useTranslation();
  if (names.length === 0) return null;
  return (
    <small role="alert" className={styles.warning}>
      {t("notifications.mention.warn", { count: names.length, names })}
    </small>
  );
}

interface OffersProps {
  id: string;
  offers: Typed["offers"];
  found: Offer[];
  active: number;
  onMove: (index: number) => void;
  onTake: (offer: Offer) => void;
}

function Offers({ id, offers, found, active, onMove, onTake }: OffersProps) {
  const { t } = useTranslation();
  return (
    <div
      id={`${id}-list`}
      role="listbox"
      aria-label={t(
        offers === "snippets" ? "notifications.mention.snippets" : "notifications.mention.list",
      )}
      className={styles.list}
    >
      {found.map((offer, index) => (
        // biome-ignore lint/a11y/useKeyWithClickEvents: keys are pressed in the box, which has the focus
        <div
          key={offer.id}
          id={`${id}-${offer.id}`}
          role="option"
          tabIndex={-1}
          aria-selected={index === active}
          className={styles.option}
          onMouseMove={() => onMove(index)}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onTake(offer)}
        >
          <span className="ellipsis">{offer.label}</span>
          {offer.hint && <small>{offer.hint}</small>}
        </div>
      ))}
    </div>
  );
}
