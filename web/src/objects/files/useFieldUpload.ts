import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { newId } from "@/api/newId";
import type { FieldMeta, FileValue } from "@/api/types";
import { addToField } from "@/objects/files/attachments";
import type { Upload } from "@/objects/files/useUploads";
import { useErrorText } from "@/ui/errorText";
import { fileSize } from "@/ui/fileSize";
import { useFormat } from "@/ui/format";

/** Sends a file that is to be a field's value; another one takes its place. */
export function useFieldUpload(field: FieldMeta, onDone: (file: FileValue) => void) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { language } = useFormat();
  const [upload, setUpload] = useState<Upload | null>(null);
  const stop = useRef<AbortController>(null);
  useEffect(() => () => stop.current?.abort(), []);

  async function send(file: File) {
    stop.current?.abort();
    const controller = new AbortController();
    stop.current = controller;
    const { signal } = controller;
    const shown = { key: newId(), file, share: 0, error: "" };
    const limit = field.limit_bytes ?? Number.POSITIVE_INFINITY;
    if (file.size > limit) {
      const error = t("files.tooLarge", { limit: fileSize(limit, language) });
      setUpload({ ...shown, error });
      return;
    }
    setUpload(shown);
    try {
      const onProgress = (share: number) => setUpload({ ...shown, share });
      const made = await addToField(field, file, { onProgress, signal });
      setUpload(null);
      onDone({ id: made.id, label: made.name, media_type: made.media_type, size: made.size });
    } catch (problem) {
      if (!signal.aborted) setUpload({ ...shown, error: errorText(problem) });
    }
  }

  function cancel() {
    stop.current?.abort();
    setUpload(null);
  }

  return { upload, send, cancel };
}
