import { InputNumber, Select } from "antd";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import type { Settings } from "@/fields/fieldsApi";
import { Labelled } from "@/fields/Labelled";
import { measurable, measures, rounded, timed } from "@/fields/rollUp";
import { FilterGroup } from "@/objects/filter/FilterGroup";
import { asGroup } from "@/objects/filter/filterTree";
import styles from "./fields.module.css";

interface Props {
  object: ObjectMeta;
  settings: Settings;
  errors: Record<string, string | undefined>;
  onChange: (part: Partial<Settings>) => void;
}

/** What is taken of which related records. */
export function RollUpEditor({ object, settings, errors, onChange }: Props) {
  const { t } = useTranslation();
  const objects = useObjects();
  const { measure = "count", related } = settings;
  const everyRelated = object.related ?? [];
  const name = everyRelated.find((one) => one.name === related)?.object;
  const other = name ? findObject(objects, name) : undefined;
  const fields = other ? measurable(other.fields, measure) : [];
  const type = fields.find(({ name }) => name === settings.field)?.type;
  const isRounded = type !== undefined && rounded.has(type);
  const asOptions = (list: typeof fields) =>
    list.map((field) => ({ value: field.name, label: field.label }));
  return (
    <>
      <div className={styles.pair}>
        <Labelled label={t("fields.related")} error={errors["settings.related"]}>
          {(id) => (
            <Select
              id={id}
              value={related}
              options={everyRelated.map((one) => ({ value: one.name, label: one.label }))}
              onChange={(next) =>
                onChange({ related: next, field: undefined, by: undefined, filter: undefined })
              }
            />
          )}
        </Labelled>
        <Labelled label={t("fields.measure")}>
          {(id) => (
            <Select
              id={id}
              value={measure}
              options={measures.map((value) => ({ value, label: t(`fields.measures.${value}`) }))}
              onChange={(next) => onChange({ measure: next, field: undefined, by: undefined })}
            />
          )}
        </Labelled>
      </div>
      {other && measure !== "count" && (
        <div className={styles.pair}>
          <Labelled label={t("fields.measured")}>
            {(id) => (
              <Select
                id={id}
                value={settings.field}
                options={asOptions(fields)}
                onChange={(field) => onChange({ field })}
              />
            )}
          </Labelled>
          {measure === "latest" && (
            <Labelled label={t("fields.latestBy")}>
              {(id) => (
                <Select
                  id={id}
                  value={settings.by ?? "created_at"}
                  options={asOptions(timed(other.fields))}
                  onChange={(by) => onChange({ by })}
                />
              )}
            </Labelled>
          )}
          {isRounded && measure !== "latest" && (
            <Labelled label={t("fields.decimal_places")} error={errors["settings.decimal_places"]}>
              {(id) => (
                <InputNumber
                  id={id}
                  min={0}
                  max={10}
                  precision={0}
                  value={settings.decimal_places ?? null}
                  onChange={(value) => onChange({ decimal_places: value ?? undefined })}
                />
              )}
            </Labelled>
          )}
        </div>
      )}
      {other && (
        <div>
          <p className={styles.legend}>{t("fields.rollUpFilter")}</p>
          <FilterGroup
            object={other}
            group={asGroup(settings.filter)}
            onChange={(filter) => onChange({ filter })}
          />
          {errors.filter && (
            <small className={styles.problem} role="alert">
              {errors.filter}
            </small>
          )}
        </div>
      )}
      <small className="secondary">{t("fields.rollUpHint")}</small>
    </>
  );
}
