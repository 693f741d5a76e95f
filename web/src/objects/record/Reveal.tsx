import { useMutation } from "@tanstack/react-query";
import { App, Button } from "antd";
import { Eye, EyeOff } from "lucide-react";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Loaded, revealField } from "@/api/records";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import { isBlank } from "@/objects/fields/fieldType";
import { useErrorText } from "@/ui/errorText";
import styles from "./record.module.css";

/** A value looked at stays open so long: whoever comes by later sees the mask again. */
const OPEN_MS = 60_000;

/** A masked field, and its value once somebody with the right to looked at it; the server keeps who did. */
export function useReveal(object: ObjectMeta, { record }: Loaded, field: FieldMeta) {
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [open, setOpen] = useState<{ value: unknown; of: string } | null>(null);
  const { mutate, isPending } = useMutation({
    mutationFn: () => revealField(object.path, record.id, field.name),
    onSuccess: (value) => setOpen({ value, of: record.id }),
    onError: (error) => message.error(errorText(error)),
  });
  useEffect(() => {
    if (!open) return;
    const timer = setTimeout(() => setOpen(null), OPEN_MS);
    return () => clearTimeout(timer);
  }, [open]);
  const isOpen = open !== null && open.of === record.id;
  const shown = record[field.name];
  const isSealed = field.seals === true && typeof shown === "string" && shown.includes("**");
  return {
    isOffered:
      (field.masked === true || isSealed) && object.can.includes("reveal") && !isBlank(shown),
    isOpen,
    isPending,
    value: open?.value,
    field: isOpen ? { ...field, masked: false } : field,
    show: () => mutate(),
    close: () => setOpen(null),
  };
}

export function RevealButton({ reveal }: { reveal: ReturnType<typeof useReveal> }) {
  const { t } = useTranslation();
  const { isOpen, field } = reveal;
  const label = t(isOpen ? "record.hideAgain" : "record.reveal", { field: field.label });
  const Icon = isOpen ? EyeOff : Eye;
  return (
    <Button
      className={styles.reveal}
      type="text"
      size="small"
      icon={<Icon size={14} />}
      loading={reveal.isPending}
      aria-label={label}
      aria-pressed={isOpen}
      title={label}
      onClick={isOpen ? reveal.close : reveal.show}
    />
  );
}
