import { Input } from "antd";
import { lazy, Suspense, useContext } from "react";
import { ContactNote } from "@/objects/fields/contactNote";
import {
  asString,
  type DisplayProps,
  type EditorProps,
  type FieldType,
} from "@/objects/fields/fieldType";
import { MentionText } from "@/objects/mention/MentionText";
import { asRead } from "@/objects/mention/mentionText";
import { RichText } from "@/objects/richtext/RichText";
import { LinesSkeleton } from "@/ui/Skeletons";

/** Lists have it at hand once a longer text is written in one. */
const MentionTextArea = lazy(async () => {
  const { MentionTextArea } = await import("@/objects/mention/MentionTextArea");
  return { default: MentionTextArea };
});

function TextDisplay({ value }: DisplayProps) {
  return <>{asString(value)}</>;
}

function LongTextDisplay({ value, plain }: DisplayProps) {
  if (!plain) return <RichText text={asString(value)} />;
  return (
    <span className="prewrap">
      <MentionText text={asString(value)} />
    </span>
  );
}

function TextEditor({ id, value, field, onChange, autoFocus, invalid }: EditorProps) {
  return (
    <Input
      id={id}
      aria-label={field.label}
      value={asString(value)}
      maxLength={field.max_length ?? undefined}
      autoFocus={autoFocus}
      status={invalid ? "error" : undefined}
      onChange={(event) => onChange(event.target.value)}
    />
  );
}

function LongTextEditor({ id, value, field, onChange, onClose, autoFocus, invalid }: EditorProps) {
  return (
    <Suspense fallback={<LinesSkeleton lines={3} />}>
      <MentionTextArea
        id={id}
        aria-label={field.label}
        value={asString(value)}
        maxLength={field.max_length ?? undefined}
        autoFocus={autoFocus}
        status={invalid ? "error" : undefined}
        onChange={onChange}
        onBlur={onClose}
      />
    </Suspense>
  );
}

/** Opens mail or dialler: only the two schemes made here, never one from the data. */
function ContactDisplay({ value, field, plain }: DisplayProps) {
  const Note = useContext(ContactNote);
  const text = asString(value);
  if (plain || !text) return <>{text}</>;
  const href = field.type === "email" ? `mailto:${text}` : `tel:${text.replaceAll(" ", "")}`;
  return (
    <>
      <a href={href} onClick={(event) => event.stopPropagation()}>
        {text}
      </a>
      {Note && <Note channel={field.type === "email" ? "email" : "phone"} />}
    </>
  );
}

function UrlDisplay({ value, plain }: DisplayProps) {
  const text = asString(value);
  if (plain || !/^https?:\/\//i.test(text)) return <>{text}</>;
  return (
    <a href={text} target="_blank" rel="noreferrer" onClick={(event) => event.stopPropagation()}>
      {text.replace(/^https?:\/\/(www\.)?/i, "").replace(/\/$/, "")}
    </a>
  );
}

const parseText = (text: string) => text.trim() || null;
/** An empty box is an absent text, in a form as in a cell. */
const toWire = (value: unknown) => asString(value).trim() || null;

const text = {
  Editor: TextEditor,
  inline: "text",
  width: 180,
  toText: asString,
  toInput: asString,
  parse: parseText,
  toWire,
} satisfies Partial<FieldType>;

export const textType: FieldType = { ...text, Display: TextDisplay };
export const emailType: FieldType = { ...text, Display: ContactDisplay, width: 220 };
export const phoneType: FieldType = { ...text, Display: ContactDisplay, width: 150 };
export const urlType: FieldType = { ...text, Display: UrlDisplay, width: 200 };
export const longTextType: FieldType = {
  ...text,
  toText: (value) => asRead(asString(value)),
  Display: LongTextDisplay,
  Editor: LongTextEditor,
  inline: "picker",
  width: 240,
};
