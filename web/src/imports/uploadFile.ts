/** Sends a file and tells how far it is: what `fetch` cannot. */
import { ApiError, apiUrl, csrfToken, requestLanguage } from "@/api/client";
import type { Import } from "@/imports/importsApi";

export interface Upload {
  file: File;
  target: string;
  /** Share of one that has been sent. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

export function uploadFile({ file, target, onProgress, signal }: Upload): Promise<Import> {
  const body = new FormData();
  body.set("target", target);
  body.set("file", file);
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", apiUrl("/imports"));
    sending.setRequestHeader("Accept", "application/json");
    sending.setRequestHeader("Accept-Language", requestLanguage());
    sending.setRequestHeader("X-CSRFToken", csrfToken());
    sending.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    sending.onload = () => {
      const answer = parse(sending.responseText);
      if (sending.status < 300) resolve(answer as unknown as Import);
      else {
        const requestId = sending.getResponseHeader("X-Request-Id") ?? "";
        reject(new ApiError(sending.status, answer, requestId));
      }
    };
    sending.onerror = () => reject(new TypeError("network"));
    sending.onabort = () => reject(new DOMException("aborted", "AbortError"));
    signal.addEventListener("abort", () => sending.abort());
    sending.send(body);
  });
}

function parse(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text);
  } catch {
    return { title: text.slice(0, 200) };
  }
}
