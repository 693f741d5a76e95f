import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button, Drawer } from "antd";
import { ChevronDown, ChevronUp, Maximize2 } from "lucide-react";
import { type KeyboardEvent, lazy, Suspense } from "react";
import { useTranslation } from "react-i18next";
import { recordQuery } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { recordPath, titleOf } from "@/objects/record/recordPath";
import { ErrorState } from "@/ui/ErrorState";
import { isComposing } from "@/ui/keys";
import { LinesSkeleton } from "@/ui/Skeletons";

// They come with the first record that is opened: most who look at a list open none beside it.
const facts = () => import("@/objects/record/Facts");
const Facts = lazy(async () => ({ default: (await facts()).Facts }));

interface Props {
  object: ObjectMeta;
  id: string | undefined;
  /** The list it was opened from, for previous and next. */
  ids: string[];
  onMove: (id: string | undefined) => void;
}

/** Any record beside the list it is in, without leaving the list. */
export function PeekDrawer({ object, id, ids, onMove }: Props) {
  const { t } = useTranslation();
  const at = id ? ids.indexOf(id) : -1;
  const query = useQuery({ ...recordQuery(object.path, id ?? ""), enabled: id !== undefined });
  /** j and k as in other lists, e as on the page; letters typed into a box are letters. */
  function onKeyDown(event: KeyboardEvent) {
    const by = { j: 1, k: -1 }[event.key];
    const isTyping = (event.target as HTMLElement).closest("input, textarea, [contenteditable]");
    const isOther = event.ctrlKey || event.metaKey || event.altKey || isComposing(event);
    const next = by && at >= 0 ? ids[at + by] : undefined;
    if (isTyping || isOther || (event.key !== "e" && !next)) return;
    event.preventDefault();
    if (next) onMove(next);
    else {
      const dialog = (event.target as HTMLElement).closest("[role=dialog]");
      void facts().then(({ editFirst }) => editFirst(dialog));
    }
  }

  const step = (by: number) => (
    <Button
      type="text"
      size="small"
      icon={by > 0 ? <ChevronDown size={16} /> : <ChevronUp size={16} />}
      aria-label={by > 0 ? t("record.next") : t("record.previous")}
      aria-keyshortcuts={by > 0 ? "j" : "k"}
      title={`${by > 0 ? t("record.next") : t("record.previous")} (${by > 0 ? "j" : "k"})`}
      disabled={at < 0 || ids[at + by] === undefined}
      onClick={() => onMove(ids[at + by])}
    />
  );
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys bubble up from the panel, wherever its focus is
    <div onKeyDown={onKeyDown}>
      <Drawer
        open={id !== undefined}
        onClose={() => onMove(undefined)}
        mask={false}
        // The list takes the focus back, to the row of the record seen last.
        focusable={{ focusTriggerAfterClose: false }}
        size={460}
        title={
          <span className="ellipsis">{query.data ? titleOf(object, query.data.record) : ""}</span>
        }
        extra={
          <>
            {step(-1)}
            {step(1)}
            {id && (
              <Link to={recordPath(object.path, id)}>
                <Button
                  type="text"
                  size="small"
                  icon={<Maximize2 size={15} />}
                  aria-label={t("record.openPage")}
                  tabIndex={-1}
                />
              </Link>
            )}
          </>
        }
      >
        {query.isPending && <LinesSkeleton lines={10} />}
        {query.isError && <ErrorState error={query.error} onRetry={() => query.refetch()} />}
        <Suspense fallback={<LinesSkeleton lines={10} />}>
          {query.data && <Facts object={object} loaded={query.data} />}
        </Suspense>
      </Drawer>
    </div>
  );
}
