/** Sends a form with a file and tells how far it is: what `fetch` cannot. */
import { ApiError, apiUrl, csrfToken, requestLanguage } from "@/api/client";

export interface Sending {
  /** Share of one that has been sent. */
  onProgress: (share: number) => void;
  signal: AbortSignal;
}

export function upload<T>(
  path: string,
  form: Record<string, string | File>,
  { onProgress, signal }: Sending,
): Promise<T> {
  const body = new FormData();
  for (const [name, value] of Object.entries(form)) body.set(name, value);
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", apiUrl(path));
    sending.setRequestHeader("Accept", "application/json");
    sending.setRequestHeader("Accept-Language", requestLanguage());
    sending.setRequestHeader("X-CSRFToken", csrfToken());
    sending.upload.onprogress = ({ loaded, total }) => onProgress(total ? loaded / total : 0);
    sending.onload = () => {
      const answer = parse(sending.responseText);
      if (sending.status < 300) resolve(answer as T);
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
