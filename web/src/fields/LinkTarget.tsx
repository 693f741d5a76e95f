import { Select } from "antd";
import { useTranslation } from "react-i18next";
import { useObjects } from "@/api/meta";
import type { Settings } from "@/fields/fieldsApi";
import { Labelled } from "@/fields/Labelled";

interface Props {
  settings: Settings;
  /** Values rest on it: it is chosen once. */
  stays: boolean;
  error: string | undefined;
  onChange: (part: Partial<Settings>) => void;
}

/** The kind of record a link points at. */
export function LinkTarget({ settings, stays, error, onChange }: Props) {
  const { t } = useTranslation();
  const objects = useObjects();
  return (
    <Labelled
      label={t("fields.target")}
      hint={t(stays ? "fields.targetStays" : "fields.targetHint")}
      error={error}
    >
      {(id) => (
        <Select
          id={id}
          value={settings.target}
          disabled={stays}
          options={objects.map(({ name, label }) => ({ value: name, label }))}
          showSearch={{ optionFilterProp: "label" }}
          onChange={(target) => onChange({ target })}
        />
      )}
    </Labelled>
  );
}
