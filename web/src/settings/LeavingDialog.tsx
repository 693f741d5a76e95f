import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button, Modal, Select } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { followJob } from "@/api/jobs";
import { findObject, useObjects } from "@/api/meta";
import { deactivate, type Person, peopleQuery, workQuery } from "@/api/people";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./settings.module.css";

/** Somebody leaves: what they own is counted, and handed to a colleague. */
export function LeavingDialog({ person, onClose }: { person: Person; onClose: () => void }) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const [handTo, setHandTo] = useState<string | null>(null);
  const work = useQuery(workQuery(person.id));
  const { data: people = [] } = useQuery(peopleQuery);
  const leave = useMutation({
    mutationFn: () => deactivate(person.id, handTo),
    onSuccess: ({ job }) => {
      if (job) followJob(client, job);
      message.success(t("people.deactivateDone", { name: person.full_name }));
      onClose();
      return client.invalidateQueries({ queryKey: peopleQuery.queryKey });
    },
  });
  const others = people.filter(
    ({ id: other, status }) => other !== person.id && status === "active",
  );
  const leavesSomething = Boolean(work.data?.length);
  return (
    <Modal
      open
      title={t("people.deactivateTitle", { name: person.full_name })}
      footer={null}
      onCancel={onClose}
    >
      <div className={styles.form}>
        {leave.error && <Alert type="error" title={errorText(leave.error)} role="alert" />}
        <p>{t("people.deactivateText")}</p>
        {work.isPending ? <LinesSkeleton lines={2} /> : <Work of={work.data ?? []} />}
        {leavesSomething && (
          <>
            <label htmlFor={`${id}-to`}>{t("people.handTo")}</label>
            <Select
              id={`${id}-to`}
              value={handTo}
              allowClear
              placeholder={t("people.handToNobody")}
              showSearch={{ optionFilterProp: "label" }}
              options={others.map(({ id: value, full_name }) => ({ value, label: full_name }))}
              onChange={(next) => setHandTo(next ?? null)}
            />
          </>
        )}
        <div className={styles.foot}>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
          <Button
            danger
            type="primary"
            loading={leave.isPending}
            disabled={work.isPending}
            onClick={() => leave.mutate()}
          >
            {t("people.is.inactive")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}

function Work({ of }: { of: { object: string; count: number }[] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const objects = useObjects();
  if (of.length === 0) return <p className="secondary">{t("people.leavesNothing")}</p>;
  return (
    <dl className={styles.fixed} aria-label={t("people.leaves")}>
      {of.map(({ object, count }) => (
        <div key={object} className={styles.count}>
          <dt>{findObject(objects, object)?.label_plural ?? object}</dt>
          <dd>{format.number(count)}</dd>
        </div>
      ))}
    </dl>
  );
}
