import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { fewQuery } from "@/api/records";
import type { FieldMeta, ObjectMeta } from "@/api/types";
import type { Draft } from "@/layouts/arranging";
import { FactGroups } from "@/objects/record/Facts";
import { NewRecordForm } from "@/objects/record/NewRecordDrawer";
import { titleOf } from "@/objects/record/recordPath";
import styles from "./layouts.module.css";

interface Props {
  object: ObjectMeta;
  draft: Draft;
  titleOfGroup: (group: Draft["groups"][number]) => string;
  part: "page" | "form";
}

/** The page or form as the role will have it, by the same parts that draw it there; nothing of it can be used. */
export function LayoutPreview({ object, draft, titleOfGroup, part }: Props) {
  const { t } = useTranslation();
  const masks = new Map(draft.fields.map(({ name, mask }) => [name, mask]));
  const fields = object.fields.flatMap((field): FieldMeta[] => {
    const mask = masks.get(field.name);
    if (mask === "hidden") return [];
    return [mask === "read_only" ? { ...field, read_only: true } : field];
  });
  const groups = draft.groups.map((group) => ({ ...group, label: titleOfGroup(group) }));
  const shown = { ...object, fields, groups, form: draft.form };
  const question = { fields: fields.map(({ name }) => name) };
  const { data } = useQuery(fewQuery(object.path, question, 1));
  const record = data?.items[0] ?? { id: "", can: [] };
  return (
    <section className={styles.preview} aria-label={t("layouts.preview")}>
      <h2 className={styles.previewTitle}>{t("layouts.preview")}</h2>
      <div className={styles.paper} inert>
        {part === "page" ? (
          <>
            <h3 className="ellipsis">{titleOf(object, record)}</h3>
            <FactGroups object={shown} loaded={{ record, etag: null }} />
          </>
        ) : (
          <NewRecordForm key={draft.form.join()} object={shown} onClose={() => undefined} />
        )}
      </div>
    </section>
  );
}
