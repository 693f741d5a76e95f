import { useSuspenseQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useObject } from "@/api/meta";
import { recordQuery } from "@/api/records";
import { Files } from "@/objects/files/Files";
import { Facts } from "@/objects/record/Facts";
import { History } from "@/objects/record/History";
import { RecordHeader } from "@/objects/record/RecordHeader";
import { RelatedList } from "@/objects/record/RelatedList";
import styles from "./record.module.css";

interface Props {
  type: string;
  id: string;
  /** What can be done with this kind of record beyond changing its fields. */
  actions?: ReactNode;
}

/** The page of any record: facts, what points at it, and its history. */
export function RecordPage({ type, id, actions }: Props) {
  const { t } = useTranslation();
  const object = useObject(type);
  const { data: loaded } = useSuspenseQuery(recordQuery(object.path, id));
  return (
    <article className={styles.page}>
      <RecordHeader object={object} record={loaded.record} actions={actions} />
      <div className={styles.columns}>
        <Facts object={object} loaded={loaded} />
        <div className={styles.side}>
          <Files key={id} object={object} id={id} />
          {object.related?.map((related) => (
            <RelatedList key={related.name} related={related} id={id} />
          ))}
          <section>
            <h2 className={styles.groupTitle}>{t("history.title")}</h2>
            <History object={object} id={id} />
          </section>
        </div>
      </div>
    </article>
  );
}
