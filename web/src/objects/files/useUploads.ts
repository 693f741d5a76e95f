import { useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { newId } from "@/api/newId";
import { addAttachment, refreshFiles } from "@/objects/files/attachments";
import { useErrorText } from "@/ui/errorText";
import { fileSize } from "@/ui/fileSize";
import { useFormat } from "@/ui/format";

/** A file on its way: until it is there it shows how far it is, or why it did not get there. */
export interface Upload {
  key: string;
  file: File;
  share: number;
  error: string;
}

/** Sends files one after the other; each can be stopped, and tried again if it failed. */
export function useUploads(path: string, id: string, limit: number | undefined) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const errorText = useErrorText();
  const { language } = useFormat();
  const [uploads, setUploads] = useState<Upload[]>([]);
  const stops = useRef(new Map<string, AbortController>());
  const last = useRef(Promise.resolve());

  const forget = (key: string) => setUploads((all) => all.filter((one) => one.key !== key));
  const change = (key: string, values: Partial<Upload>) =>
    setUploads((all) => all.map((one) => (one.key === key ? { ...one, ...values } : one)));

  async function send({ key, file }: Upload, signal: AbortSignal) {
    if (signal.aborted) return;
    try {
      const onProgress = (share: number) => change(key, { share });
      await addAttachment(path, id, file, { onProgress, signal });
      await refreshFiles(client, path, id);
      forget(key);
    } catch (problem) {
      if (!signal.aborted) change(key, { error: errorText(problem) });
    }
  }

  function start(upload: Upload) {
    const controller = new AbortController();
    stops.current.set(upload.key, controller);
    last.current = last.current.then(() => send(upload, controller.signal));
  }

  function add(files: Iterable<File>) {
    for (const file of files) {
      const tooLarge = limit !== undefined && file.size > limit;
      const error = tooLarge ? t("files.tooLarge", { limit: fileSize(limit, language) }) : "";
      const upload = { key: newId(), file, share: 0, error };
      setUploads((all) => [...all, upload]);
      if (!tooLarge) start(upload);
    }
  }

  function cancel(key: string) {
    stops.current.get(key)?.abort();
    forget(key);
  }

  function retry(upload: Upload) {
    change(upload.key, { share: 0, error: "" });
    start(upload);
  }

  return { uploads, add, cancel, retry };
}
