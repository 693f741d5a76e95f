import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Button } from "antd";
import { useTranslation } from "react-i18next";
import { request } from "@/api/client";
import { followJob } from "@/api/jobs";
import type { Schemas, Slow } from "@/api/types";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import styles from "./list.module.css";

/** Says to administrators what made a list take long, and indexes it right there. */
export function SlowList({ slow }: { slow: Slow }) {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useQueryClient();
  const errorText = useErrorText();
  const index = useMutation({
    mutationFn: (id: string) =>
      request<Schemas["CustomFieldOut"]>("POST", `/custom-fields/${id}/index`),
    onSuccess: ({ data }) => data.index?.job && followJob(client, data.index.job),
  });
  const asked = index.isSuccess ? index.variables : null;
  const fields = slow.fields.filter(({ id }) => id !== asked);
  const labels = slow.fields.map(({ label }) => label);
  return (
    <Alert
      className={styles.slow}
      type={index.isError ? "error" : "info"}
      showIcon
      closable
      title={
        index.isError
          ? errorText(index.error)
          : asked
            ? t("list.indexing")
            : t("list.slow", { seconds: format.number(slow.seconds, 1), labels })
      }
      action={fields.map(({ id, label }) => (
        <Button
          key={id}
          size="small"
          type="link"
          loading={index.isPending && index.variables === id}
          onClick={() => index.mutate(id)}
        >
          {t("list.index", { label })}
        </Button>
      ))}
    />
  );
}
