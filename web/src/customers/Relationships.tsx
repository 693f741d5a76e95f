import { useQueries, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button } from "antd";
import { CalendarX2, Plus, Waypoints, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { fieldOf, findObject, useObjects } from "@/api/meta";
import { deleteRecord, fewQuery, runAction } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { AddRelationship } from "@/customers/AddRelationship";
import { byTime, type Relation, relationOf } from "@/customers/relations";
import { useRelationDates, useRelationLabel } from "@/customers/useRelationLabel";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { Chip } from "@/ui/Chip";
import { dayIn } from "@/ui/days";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./customer.module.css";

const path = "relationships";
const fields = ["customer", "kind", "other", "role", "roles", "since", "until"];
const most = 100;

export function Relationships({ customer }: { customer: string }) {
  const object = findObject(useObjects(), "relationship");
  return object ? <List object={object} customer={customer} /> : null;
}

function List({ object, customer }: { object: ObjectMeta; customer: string }) {
  const { t } = useTranslation();
  const { timeZone } = useFormat();
  const [adding, setAdding] = useState(false);
  const known = fields.filter((name) => fieldOf(object, name));
  const towards = (field: "customer" | "other") =>
    fewQuery(path, { filter: { field, op: "in", value: [customer] }, fields: known }, most);
  const ends = useQueries({ queries: [towards("customer"), towards("other")] });
  const failed = ends.find((query) => query.isError);
  const relations = ends.flatMap((query) =>
    (query.data?.items ?? []).flatMap((row) => relationOf(row, customer) ?? []),
  );
  const { current, former } = byTime(relations, dayIn(new Date(), timeZone));
  return (
    <section aria-labelledby="relations-title">
      <header className={styles.sectionHead}>
        <h2 id="relations-title" className={styles.sectionTitle}>
          {object.label_plural}
        </h2>
        <span className={styles.headActions}>
          {current.length > 0 && (
            <Link
              to="/customers/$id/network"
              params={{ id: customer }}
              className={styles.iconLink}
              title={t("customer.network.open")}
              aria-label={t("customer.network.open")}
            >
              <Waypoints size={15} aria-hidden />
            </Link>
          )}
          {object.can.includes("create") && (
            <Button
              type="text"
              size="small"
              icon={<Plus size={15} />}
              aria-label={t("customer.relation.add")}
              aria-expanded={adding}
              onClick={() => setAdding(!adding)}
            />
          )}
        </span>
      </header>
      {adding && (
        <AddRelationship object={object} customer={customer} onClose={() => setAdding(false)} />
      )}
      {failed ? (
        <ErrorState error={failed.error} onRetry={() => failed.refetch()} />
      ) : ends.some((query) => query.isPending) ? (
        <LinesSkeleton lines={2} />
      ) : relations.length === 0 && !adding ? (
        <p className="secondary">{t("customer.relation.none")}</p>
      ) : (
        <>
          <ul>
            {current.map((relation) => (
              <Item key={relation.id} object={object} relation={relation} />
            ))}
          </ul>
          {former.length > 0 && (
            <details className={styles.former}>
              <summary>{t("customer.relation.former", { count: former.length })}</summary>
              <ul>
                {former.map((relation) => (
                  <Item key={relation.id} object={object} relation={relation} former />
                ))}
              </ul>
            </details>
          )}
        </>
      )}
    </section>
  );
}

interface ItemProps {
  object: ObjectMeta;
  relation: Relation;
  former?: boolean;
}

function Item({ object, relation, former = false }: ItemProps) {
  const { t } = useTranslation();
  const labelOf = useRelationLabel(object);
  const datesOf = useRelationDates();
  const { end, remove } = useChanges(relation);
  const { other } = relation;
  const choices = fieldOf(object, "roles")?.choices ?? [];
  return (
    <li className={styles.relation}>
      <div className={styles.relationText}>
        <Link
          to="/customers/$id"
          params={{ id: other.id }}
          className="ellipsis"
          title={other.label}
        >
          {other.label}
        </Link>
        <small className="secondary">
          {[labelOf(`${relation.direction}.${relation.kind}`), relation.role, datesOf(relation)]
            .filter(Boolean)
            .join(" · ")}
        </small>
        {relation.roles.length > 0 && (
          <span className={styles.roles}>
            {choices
              .filter(({ value }) => relation.roles.includes(value))
              .map(({ value, label, color }) => (
                <Chip key={value} color={color}>
                  {label}
                </Chip>
              ))}
          </span>
        )}
      </div>
      <span className={styles.relationActions}>
        {relation.canEnd && !former && (
          <Button
            type="text"
            size="small"
            icon={<CalendarX2 size={14} />}
            title={t("customer.relation.endHint")}
            aria-label={t("customer.relation.end", { name: other.label })}
            onClick={() => void end()}
          />
        )}
        {relation.canDelete && (
          <Button
            type="text"
            size="small"
            icon={<X size={14} />}
            aria-label={t("customer.relation.remove", { name: other.label })}
            onClick={() => void remove()}
          />
        )}
      </span>
    </li>
  );
}

/** Ending keeps it among the former ones, removing takes it away; either is taken back by the toast. */
function useChanges({ id, other }: Relation) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();
  const done = async (change: Promise<{ requestId: string }>, text: string) => {
    try {
      const { requestId } = await change;
      void refreshRecords(client, path);
      offer(text, requestId);
    } catch (error) {
      message.error(errorText(error));
    }
  };
  return {
    end: () =>
      done(runAction(path, id, "end"), t("customer.relation.ended", { name: other.label })),
    remove: () =>
      done(deleteRecord(path, id), t("customer.relation.removed", { name: other.label })),
  };
}
