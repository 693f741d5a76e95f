import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Alert, App, InputNumber, Modal, Select, Switch } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import {
  changeQualitySettings,
  type QualityChange,
  type QualitySettings,
  qualityKey,
  qualitySettingsQuery,
} from "@/insight/quality/qualityApi";
import { ErrorState } from "@/ui/ErrorState";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./quality.module.css";

interface Props {
  onClose: () => void;
}

/** What counts as good data, and whether obvious duplicates are merged without asking. */
export function QualitySettingsDialog({ onClose }: Props) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const query = useQuery(qualitySettingsQuery);
  const [change, setChange] = useState<QualityChange>({});
  const save = useMutation({
    mutationFn: () => changeQualitySettings(change),
    onSuccess: async () => {
      message.success(t("quality.saved"));
      await client.invalidateQueries({ queryKey: qualityKey });
      onClose();
    },
  });
  return (
    <Modal
      open
      title={t("quality.settings")}
      okText={t("common.save")}
      okButtonProps={{ disabled: Object.keys(change).length === 0, loading: save.isPending }}
      onOk={() => save.mutate()}
      onCancel={onClose}
    >
      {save.error && <Alert type="error" title={errorText(save.error)} role="alert" />}
      {query.isPending ? (
        <LinesSkeleton lines={6} />
      ) : query.isError ? (
        <ErrorState error={query.error} onRetry={() => query.refetch()} />
      ) : (
        <Choices
          settings={{ ...query.data, ...change }}
          onChange={(more) => setChange({ ...change, ...more })}
        />
      )}
    </Modal>
  );
}

interface ChoicesProps {
  settings: QualitySettings;
  onChange: (change: QualityChange) => void;
}

function Choices({ settings, onChange }: ChoicesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const id = useId();
  const usual = settings.fields.filter((field) => field.usual).map(({ name }) => name);
  const steps = [0.95, 0.98, 0.99, 0.995, 0.999];
  return (
    <div className={styles.form}>
      <label htmlFor={`${id}-counted`}>{t("quality.counted")}</label>
      <Select
        id={`${id}-counted`}
        mode="multiple"
        value={settings.counted ?? usual}
        options={settings.fields.map(({ name, label }) => ({ value: name, label }))}
        showSearch={{ optionFilterProp: "label" }}
        onChange={(counted: string[]) => onChange({ counted })}
      />
      <label htmlFor={`${id}-stale`}>{t("quality.staleAfter")}</label>
      <InputNumber
        id={`${id}-stale`}
        min={30}
        max={3650}
        precision={0}
        value={settings.stale_after_days}
        onChange={(days) => days && onChange({ stale_after_days: days })}
      />
      <span className={styles.switch}>
        <Switch
          id={`${id}-merges`}
          checked={settings.merges_by_itself}
          onChange={(merges_by_itself) => onChange({ merges_by_itself })}
        />
        <label htmlFor={`${id}-merges`}>{t("quality.mergesByItself")}</label>
      </span>
      <small className="secondary">{t("quality.mergesByItselfText")}</small>
      {settings.merges_by_itself && (
        <>
          <label htmlFor={`${id}-precision`}>{t("quality.precision")}</label>
          <Select
            id={`${id}-precision`}
            value={settings.precision}
            options={[...new Set([...steps, settings.precision])].sort().map((value) => ({
              value,
              label: t("quality.precisionOf", {
                share: format.share(value, 2),
                wrong: format.number(Math.round(1 / (1 - value))),
              }),
            }))}
            onChange={(precision) => onChange({ precision })}
          />
          <label htmlFor={`${id}-most`}>{t("quality.mergesAtMost")}</label>
          <InputNumber
            id={`${id}-most`}
            min={1}
            max={1000}
            precision={0}
            value={settings.merges_at_most}
            onChange={(most) => most && onChange({ merges_at_most: most })}
          />
        </>
      )}
    </div>
  );
}
