import { Bold, Italic, Link2, List, ListOrdered, TextQuote } from "lucide-react";
import type { KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { type Edit, type Format, formatted, nextItem } from "@/objects/richtext/formatText";
import { commandKey, isComposing } from "@/ui/keys";
import styles from "./richtext.module.css";

const tools = [
  { format: "bold", icon: Bold, key: "b" },
  { format: "italic", icon: Italic, key: "i" },
  { format: "list", icon: List },
  { format: "numbers", icon: ListOrdered },
  { format: "quote", icon: TextQuote },
  { format: "link", icon: Link2 },
] as const satisfies { format: Format; icon: unknown; key?: string }[];

/** As if typed, so that the browser's own undo takes it back. */
function put(area: HTMLTextAreaElement, { from, to, put, select }: Edit) {
  area.setSelectionRange(from, to);
  const command = put ? "insertText" : "delete";
  if (from !== to || put) document.execCommand(command, false, put);
  area.setSelectionRange(...select);
}

function format(area: HTMLTextAreaElement, how: Format) {
  put(area, formatted(area.value, area.selectionStart, area.selectionEnd, how));
}

/** Ctrl-B, Ctrl-I, and Enter in a list; true if the key was one of them. */
export function formatByKey(event: KeyboardEvent<HTMLTextAreaElement>): boolean {
  const area = event.currentTarget;
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  const tool = tools.find((one) => "key" in one && one.key === event.key.toLowerCase());
  if (isCommand && tool) format(area, tool.format);
  else {
    const isEnter = event.key === "Enter" && !event.shiftKey && !event.ctrlKey && !event.metaKey;
    const isPlain = area.selectionStart === area.selectionEnd && !isComposing(event);
    const edit = isEnter && isPlain ? nextItem(area.value, area.selectionEnd) : null;
    if (!edit) return false;
    put(area, edit);
  }
  event.preventDefault();
  return true;
}

interface Props {
  area: () => HTMLTextAreaElement | undefined;
}

/** Formats what is selected in a box; the focus stays there, and the keys are those of the box. */
export function FormatBar({ area }: Props) {
  const { t } = useTranslation();
  return (
    <div role="toolbar" aria-label={t("format.bar")} className={styles.bar}>
      {tools.map((tool) => {
        const Icon = tool.icon;
        const keys = "key" in tool ? ` (${commandKey} ${tool.key.toUpperCase()})` : "";
        return (
          <button
            key={tool.format}
            type="button"
            tabIndex={-1}
            aria-label={t(`format.${tool.format}`)}
            title={`${t(`format.${tool.format}`)}${keys}`}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => {
              const box = area();
              if (box) format(box, tool.format);
            }}
          >
            <Icon size={15} aria-hidden />
          </button>
        );
      })}
    </div>
  );
}
