import { Alert, Button, Select } from "antd";
import { ArrowRight } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ColumnMapping, Import, ImportTarget, TargetField } from "@/imports/importsApi";
import {
  fieldGroups,
  fieldOfColumn,
  keyOf,
  mapColumn,
  missingFields,
  samplesOf,
} from "@/imports/mapping";
import { OptionsForm } from "@/imports/OptionsForm";
import { useChangeImport, useTellImport } from "@/imports/useChangeImport";
import { useHalfLabel } from "@/imports/useHalfLabel";
import { Chip } from "@/ui/Chip";
import styles from "./imports.module.css";
import table from "./mapping.module.css";

interface Props {
  imported: Import;
  target: ImportTarget;
  onBack: () => void;
  onPreviewed: () => void;
}

/** What each column means, and the rules for rows that can be taken in more than one way. */
export function MapStep({ imported, target, onBack, onPreviewed }: Props) {
  const { t } = useTranslation();
  const change = useChangeImport(imported.id);
  const tell = useTellImport(imported.id, onPreviewed);
  const [touched, setTouched] = useState<ReadonlySet<number>>(new Set());
  const missing = missingFields(target, imported.mapping);
  const halfLabel = useHalfLabel(target);

  function choose(column: number, field: TargetField | null) {
    setTouched(new Set(touched).add(column));
    change.mutate({ mapping: mapColumn(imported.mapping, column, field) });
  }

  return (
    <div className={styles.step}>
      <p className="secondary">{t("imports.mapText")}</p>
      {missing.length > 0 && (
        <Alert
          type="warning"
          showIcon
          title={t("imports.missing", {
            fields: missing
              .map((field) => [halfLabel(field.half), field.label].filter(Boolean).join(" · "))
              .join(t("imports.comma")),
          })}
        />
      )}
      <MappingTable
        imported={imported}
        target={target}
        isGuessed={(column) => imported.state === "uploaded" && !touched.has(column)}
        onChoose={choose}
      />
      <OptionsForm
        imported={imported}
        target={target}
        onChange={(options) => change.mutate({ options })}
      />
      <div className={styles.foot}>
        <Button onClick={onBack}>{t("common.back")}</Button>
        <Button
          type="primary"
          disabled={change.isPending}
          loading={tell.isPending}
          onClick={() => tell.mutate("preview")}
        >
          {t("imports.toPreview")}
        </Button>
      </div>
    </div>
  );
}

interface TableProps {
  imported: Import;
  target: ImportTarget;
  isGuessed: (column: number) => boolean;
  onChoose: (column: number, field: TargetField | null) => void;
}

function MappingTable({ imported, target, isGuessed, onChoose }: TableProps) {
  const { t } = useTranslation();
  return (
    <table className={table.mapping}>
      <thead>
        <tr>
          <th scope="col">{t("imports.column")}</th>
          <th scope="col">{t("imports.samples")}</th>
          <th scope="col">{t("imports.field")}</th>
        </tr>
      </thead>
      <tbody>
        {imported.mapping.map((entry) => (
          <MappingRow
            key={entry.column}
            entry={entry}
            imported={imported}
            target={target}
            isGuessed={isGuessed(entry.column)}
            onChoose={(field) => onChoose(entry.column, field)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface RowProps {
  entry: ColumnMapping;
  imported: Import;
  target: ImportTarget;
  isGuessed: boolean;
  onChoose: (field: TargetField | null) => void;
}

function MappingRow({ entry, imported, target, isGuessed, onChoose }: RowProps) {
  const { t } = useTranslation();
  const halfLabel = useHalfLabel(target);
  const { column } = entry;
  const title = imported.detected.header?.[column] || t("imports.columnN", { n: column + 1 });
  const field = fieldOfColumn(target, entry);
  const options = fieldGroups(target).map(({ half, fields }) => ({
    label: halfLabel(half) || target.label,
    options: fields.map((one) => ({
      value: keyOf(one),
      label: one.required ? `${one.label} *` : one.label,
      title: [halfLabel(half), one.label].filter(Boolean).join(" · "),
    })),
  }));
  return (
    <tr data-mapped={Boolean(field)}>
      <th scope="row" title={title}>
        {title}
      </th>
      <td className={table.samples}>
        {samplesOf(imported.detected, column).map((value) => (
          <span key={value} className="ellipsis" title={value}>
            {value}
          </span>
        ))}
      </td>
      <td>
        <div className={table.fieldCell}>
          <ArrowRight size={14} aria-hidden />
          <Select
            className={table.fieldSelect}
            aria-label={t("imports.fieldOf", { column: title })}
            value={field ? keyOf(field) : null}
            placeholder={t("imports.leaveOut")}
            options={options}
            showSearch={{ optionFilterProp: "title" }}
            allowClear
            onChange={(key) => onChoose(target.fields.find((one) => keyOf(one) === key) ?? null)}
          />
          {field?.half && <Chip color="geekblue">{halfLabel(field.half)}</Chip>}
          {!field && imported.detected.files?.includes(column) && (
            <small className="secondary">{t("imports.ofFiles")}</small>
          )}
          {field && isGuessed && <Chip color="gold">{t("imports.guessed")}</Chip>}
        </div>
      </td>
    </tr>
  );
}
