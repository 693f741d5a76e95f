import { Input, type InputRef } from "antd";
import { type KeyboardEvent, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { isComposing } from "@/ui/keys";

interface Props {
  name: string;
  /** The new name, or nothing if it stays. */
  onDone: (name?: string) => void;
}

/** A file's name in place: Enter or leaving it saves, Esc does not. */
export function NameInput({ name, onDone }: Props) {
  const { t } = useTranslation();
  const input = useRef<InputRef>(null);
  const done = useRef(false);

  useEffect(() => {
    const suffix = name.lastIndexOf(".");
    input.current?.focus();
    input.current?.setSelectionRange(0, suffix > 0 ? suffix : name.length);
  }, [name]);

  function finish(next?: string) {
    if (!done.current) onDone(next?.trim());
    done.current = true;
  }

  function onKeyDown(event: KeyboardEvent<HTMLInputElement>) {
    if (isComposing(event)) return;
    if (event.key === "Enter") finish(event.currentTarget.value);
    if (event.key === "Escape") {
      event.stopPropagation();
      finish();
    }
  }

  return (
    <Input
      ref={input}
      size="small"
      defaultValue={name}
      maxLength={255}
      aria-label={t("files.name")}
      onKeyDown={onKeyDown}
      onBlur={(event) => finish(event.target.value)}
      onPaste={(event) => event.stopPropagation()}
    />
  );
}
