import { lazy, Suspense } from "react";
import { MentionText } from "@/objects/mention/MentionText";
import { asRead } from "@/objects/mention/mentionText";

const Markdown = lazy(() => import("@/objects/richtext/Markdown"));

/** What may be a mark of Markdown: most texts have none, and need nothing loaded. */
const mark = /[*`~[\]|\\]|\b_|_\b|^\s*(?:#{1,6}|>|[-+]|\d{1,9}[.)])\s|https?:\/\//m;

/** A longer text as its writer formatted it, with the colleagues it names. */
export function RichText({ text }: { text: string }) {
  const plain = (
    <div className="prewrap">
      <MentionText text={text} />
    </div>
  );
  if (!mark.test(asRead(text))) return plain;
  return (
    <Suspense fallback={plain}>
      <Markdown text={text} />
    </Suspense>
  );
}
