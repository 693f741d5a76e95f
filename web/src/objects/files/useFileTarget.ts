import { type ClipboardEvent, type DragEvent, useEffect, useState } from "react";

export const hasFiles = (event: { dataTransfer: DataTransfer | null }) =>
  event.dataTransfer?.types.includes("Files") ?? false;

/** What makes an element take files by dragging and by pasting; beside it they do not leave the page. */
export function useFileTarget(onFiles: ((files: File[]) => void) | null) {
  const [isOver, setOver] = useState(false);
  const takes = onFiles !== null;

  useEffect(() => {
    if (!takes) return;
    const stay = (event: globalThis.DragEvent) => hasFiles(event) && event.preventDefault();
    document.addEventListener("dragover", stay);
    document.addEventListener("drop", stay);
    return () => {
      document.removeEventListener("dragover", stay);
      document.removeEventListener("drop", stay);
    };
  }, [takes]);

  if (!onFiles) return { isOver: false, target: {} };
  const target = {
    tabIndex: -1, // a click gives it the focus, and so what is pasted next
    onDragOver: (event: DragEvent) => hasFiles(event) && setOver(true),
    onDragLeave: (event: DragEvent) =>
      !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false),
    onDrop: (event: DragEvent) => {
      setOver(false);
      onFiles([...event.dataTransfer.files]);
    },
    onPaste: (event: ClipboardEvent) => onFiles([...event.clipboardData.files]),
  };
  return { isOver, target };
}
