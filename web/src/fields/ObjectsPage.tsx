import { useMutation, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Alert, App, Button } from "antd";
import { Archive, ArchiveRestore, Boxes, Pencil, Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { ObjectDrawer } from "@/fields/ObjectDrawer";
import {
  archiveObject,
  type CustomObject,
  customObjectsQuery,
  nameOf,
  restoreObject,
} from "@/fields/objectsApi";
import { useFieldsChanged } from "@/fields/useFieldsChanged";
import { useUndo } from "@/objects/edit/useUndo";
import { Chip } from "@/ui/Chip";
import { EmptyState } from "@/ui/EmptyState";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { textIn } from "@/ui/languages";
import OwnIcon from "@/ui/OwnIcon";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./fields.module.css";

/** The objects a firm declares itself, and those it archived. */
export function ObjectsPage() {
  const { t } = useTranslation();
  const query = useQuery(customObjectsQuery);
  const [editing, setEditing] = useState<CustomObject | "new" | null>(null);
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const { items, most } = query.data;
  const isFull = items.filter(({ archived }) => !archived).length >= most;
  const add = (
    <Button
      type="primary"
      icon={<Plus size={16} />}
      disabled={isFull}
      onClick={() => setEditing("new")}
    >
      {t("objects.new")}
    </Button>
  );
  return (
    <section className={styles.page}>
      <p className="secondary">{t("objects.text")}</p>
      {isFull && <Alert type="info" title={t("objects.full", { most })} />}
      {items.length === 0 ? (
        <EmptyState
          icon={Boxes}
          title={t("objects.empty")}
          text={t("objects.emptyText")}
          action={add}
        />
      ) : (
        <>
          <header className={styles.header}>{add}</header>
          <ObjectList objects={items} onEdit={setEditing} />
        </>
      )}
      <ObjectDrawer editing={editing} onClose={() => setEditing(null)} />
    </section>
  );
}

interface ListProps {
  objects: CustomObject[];
  onEdit: (object: CustomObject) => void;
}

function ObjectList({ objects, onEdit }: ListProps) {
  const { t, i18n } = useTranslation();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const changed = useFieldsChanged();
  const { offer } = useUndo();
  const name = (object: CustomObject) => nameOf(object, i18n.language);
  const options = {
    onSettled: changed,
    onError: (error: unknown) => void message.error(errorText(error)),
  };
  const restore = useMutation({ ...options, mutationFn: restoreObject });
  const archive = useMutation({
    ...options,
    mutationFn: archiveObject,
    onSuccess: (_answer, object) =>
      offer(t("fields.archived", { name: name(object) }), async () => {
        await restoreObject(object);
        await changed();
      }),
  });
  const archived = objects.filter((object) => object.archived);
  return (
    <>
      <ul className={styles.rows}>
        {objects
          .filter((object) => !object.archived)
          .map((object) => (
            <li key={object.id} className={styles.row}>
              <ObjectName object={object} />
              <div className={styles.actions}>
                <Links object={object} />
                <Button
                  type="text"
                  icon={<Pencil size={15} />}
                  aria-label={t("fields.edit", { name: name(object) })}
                  onClick={() => onEdit(object)}
                />
                <Button
                  type="text"
                  icon={<Archive size={15} />}
                  aria-label={t("fields.archive", { name: name(object) })}
                  onClick={() => archive.mutate(object)}
                />
              </div>
            </li>
          ))}
      </ul>
      {archived.length > 0 && (
        <>
          <h2 className={styles.heading}>{t("fields.archivedTitle")}</h2>
          <p className="secondary">{t("objects.archivedText")}</p>
          <ul className={styles.rows}>
            {archived.map((object) => (
              <li key={object.id} className={styles.row}>
                <ObjectName object={object} />
                <Button
                  icon={<ArchiveRestore size={15} />}
                  aria-label={t("fields.restoreOne", { name: name(object) })}
                  onClick={() => restore.mutate(object)}
                >
                  {t("fields.restore")}
                </Button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function ObjectName({ object }: { object: CustomObject }) {
  const { t, i18n } = useTranslation();
  const said = textIn(object.description, i18n.language);
  return (
    <div className={styles.name}>
      <span className={styles.icon}>
        <OwnIcon name={object.icon} size={16} />
        <strong className="ellipsis">{nameOf(object, i18n.language)}</strong>
      </span>
      {said && <span className="secondary">{said}</span>}
      <span className={styles.marks}>
        <Chip color="blue">{t("objects.records", { count: object.record_count })}</Chip>
        <code className="secondary">{object.name}</code>
      </span>
    </div>
  );
}

/** To its records, and to what else is arranged for it. */
function Links({ object }: { object: CustomObject }) {
  const { t } = useTranslation();
  return (
    <span className={styles.links}>
      <Link to="/$path" params={{ path: object.path }}>
        {t("objects.list")}
      </Link>
      <Link to="/settings/fields" search={{ object: object.name }}>
        {t("fields.title")}
      </Link>
      <Link to="/settings/layouts" search={{ object: object.name }}>
        {t("layouts.title")}
      </Link>
    </span>
  );
}
