import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Button } from "antd";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { countQuery, fewQuery } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { FieldValue } from "@/objects/fields/FieldValue";
import { NewRecord } from "@/objects/record/NewRecord";
import { recordPath, titleOf } from "@/objects/record/recordPath";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./record.module.css";

type Related = NonNullable<ObjectMeta["related"]>[number];

interface Props {
  related: Related;
  id: string;
}

const shown = 5;

/** The newest few records of another object that point at this one. */
export function RelatedList({ related, id }: Props) {
  const object = findObject(useObjects(), related.object);
  return object ? <List object={object} related={related} id={id} /> : null;
}

function List({ object, related, id }: Props & { object: ObjectMeta }) {
  const { t } = useTranslation();
  const format = useFormat();
  const [creating, setCreating] = useState(false);
  const filter = { field: related.field, op: "in", value: [id] };
  const columns = object.list.columns
    .filter((name) => name !== related.field && name !== object.title_field)
    .flatMap((name) => object.fields.find((field) => field.name === name) ?? [])
    .slice(0, 3);
  const fields = [object.title_field, ...columns.map(({ name }) => name)];
  const query = useQuery(fewQuery(object.path, { filter, fields }, shown + 1));
  const rows = query.data?.items ?? [];
  const { data: total } = useQuery({
    ...countQuery(object.path, { filter }),
    enabled: rows.length > shown,
  });

  return (
    <section className={styles.related}>
      <header>
        <h2 className={styles.groupTitle}>{related.label}</h2>
        {object.can.includes("create") && (
          <Button
            type="text"
            size="small"
            icon={<Plus size={15} />}
            aria-label={t("palette.new", { object: object.label })}
            onClick={() => setCreating(true)}
          />
        )}
      </header>
      {query.isPending && <LinesSkeleton lines={2} />}
      {query.data && rows.length === 0 && <p className="secondary">{t("common.none")}</p>}
      <ul>
        {rows.slice(0, shown).map((row) => (
          <li key={row.id} className={styles.relatedRow}>
            <Link to={recordPath(object.path, row.id)} className="ellipsis">
              {titleOf(object, row)}
            </Link>
            {columns.map((field) => (
              <span key={field.name} className="ellipsis secondary" title={field.label}>
                <FieldValue field={field} value={row[field.name]} record={row} />
              </span>
            ))}
          </li>
        ))}
      </ul>
      {rows.length > shown && (
        <Link to="/$path" params={{ path: object.path }} search={{ filter: { and: [filter] } }}>
          {t("record.showAll")}
          {total && ` (${format.number(total.count)}${total.at_least ? "+" : ""})`}
        </Link>
      )}
      <NewRecord
        object={object}
        open={creating}
        onClose={() => setCreating(false)}
        given={{ [related.field]: id }}
        onCreated={() => void query.refetch()}
      />
    </section>
  );
}
