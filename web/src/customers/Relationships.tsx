import { useQueries, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { App, Button } from "antd";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import { deleteRecord, fewQuery } from "@/api/records";
import type { ObjectMeta } from "@/api/types";
import { AddRelationship } from "@/customers/AddRelationship";
import { type Relation, relationOf } from "@/customers/relations";
import { useRelationLabel } from "@/customers/useRelationLabel";
import { refreshRecords } from "@/objects/edit/recordCache";
import { useUndo } from "@/objects/edit/useUndo";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./customer.module.css";

const path = "relationships";
const fields = ["customer", "kind", "other", "role"];
const most = 100;

const towards = (field: "customer" | "other", id: string) =>
  fewQuery(path, { filter: { field, op: "in", value: [id] }, fields }, most);

export function Relationships({ customer }: { customer: string }) {
  const object = findObject(useObjects(), "relationship");
  return object ? <List object={object} customer={customer} /> : null;
}

function List({ object, customer }: { object: ObjectMeta; customer: string }) {
  const { t } = useTranslation();
  const [adding, setAdding] = useState(false);
  const ends = useQueries({ queries: [towards("customer", customer), towards("other", customer)] });
  const failed = ends.find((query) => query.isError);
  const relations = ends.flatMap((query) =>
    (query.data?.items ?? []).flatMap((row) => relationOf(row, customer) ?? []),
  );
  return (
    <section>
      <header className={styles.sectionHead}>
        <h2 className={styles.sectionTitle}>{object.label_plural}</h2>
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
        <ul>
          {relations.map((relation) => (
            <Item key={relation.id} object={object} relation={relation} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Item({ object, relation }: { object: ObjectMeta; relation: Relation }) {
  const { t } = useTranslation();
  const labelOf = useRelationLabel(object);
  const remove = useRemove(relation);
  const { other } = relation;
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
          {[labelOf(`${relation.direction}.${relation.kind}`), relation.role]
            .filter(Boolean)
            .join(" · ")}
        </small>
      </div>
      {relation.canDelete && (
        <Button
          type="text"
          size="small"
          icon={<X size={14} />}
          aria-label={t("customer.relation.remove", { name: other.label })}
          onClick={() => void remove()}
        />
      )}
    </li>
  );
}

function useRemove({ id, other }: Relation) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();
  return async () => {
    try {
      const { requestId } = await deleteRecord(path, id);
      void refreshRecords(client, path);
      offer(t("customer.relation.removed", { name: other.label }), requestId);
    } catch (error) {
      message.error(errorText(error));
    }
  };
}
