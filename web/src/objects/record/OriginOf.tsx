import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Popover } from "antd";
import { Info } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type Origin, originsQuery } from "@/api/origins";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./record.module.css";

interface Props {
  object: ObjectMeta;
  id: string;
  field: FieldMeta;
}

/** Beside a fact: where its value came from. All facts of a record are asked about at once. */
export function OriginOf(props: Props) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const label = t("record.origin.of", { field: props.field.label });
  return (
    <Popover
      trigger="click"
      placement="topLeft"
      open={open}
      onOpenChange={setOpen}
      destroyOnHidden
      content={<Told {...props} />}
    >
      <button
        type="button"
        className={styles.origin}
        aria-label={label}
        aria-expanded={open}
        onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      >
        <Info size={13} aria-hidden />
      </button>
    </Popover>
  );
}

function Told({ object, id, field }: Props) {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const query = useQuery(originsQuery(object, id));
  const origin = query.data?.[field.name];
  return (
    <div role="status" className={styles.origins}>
      {query.isPending ? (
        <LinesSkeleton lines={2} />
      ) : query.isError ? (
        errorText(query.error)
      ) : origin ? (
        <OriginText origin={origin} />
      ) : (
        t("record.origin.unknown")
      )}
    </div>
  );
}

/** On which way, by whom and when; of a merged value also where it had been from. */
function OriginText({ origin }: { origin: Origin }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { way, file, row, import_id, merged_from, before } = origin;
  const text =
    file && row
      ? t("record.origin.row", { file, row: format.number(row) })
      : file
        ? t("record.origin.file", { file })
        : merged_from
          ? t("record.origin.taken", { name: merged_from.label })
          : t(`record.origin.way.${way}`);
  return (
    <>
      <p>
        {import_id ? (
          <Link to="/imports/$id" params={{ id: import_id }}>
            {text}
          </Link>
        ) : (
          text
        )}
      </p>
      <p className="secondary">
        {[origin.actor?.label, format.dateTime(origin.at)].filter(Boolean).join(" · ")}
      </p>
      {before && (
        <div className={styles.before}>
          <OriginText origin={before} />
        </div>
      )}
    </>
  );
}
