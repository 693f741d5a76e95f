import { Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/types";
import type { Mask } from "@/fields/fieldsApi";
import styles from "./fields.module.css";

export type Role = Schemas["RoleChoice"];

interface Props {
  roles: Role[];
  masks: Record<string, Mask>;
  error?: string;
  onChange: (masks: Record<string, Mask>) => void;
}

/** Which roles may change the field, only read it, or do not see it. */
export function RoleAccess({ roles, masks, error, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <fieldset className={styles.roles}>
      <legend>{t("fields.access")}</legend>
      {roles.map(({ name, label }) => (
        <div key={name} className={styles.role}>
          <label htmlFor={`${id}-${name}`} className="ellipsis">
            {label}
          </label>
          <Select
            id={`${id}-${name}`}
            value={(masks[name] ?? "write") as Mask | "write"}
            options={(["write", "read_only", "hidden"] as const).map((value) => ({
              value,
              label: t(`fields.mask.${value}`),
            }))}
            onChange={(next: Mask | "write") => {
              const { [name]: _before, ...others } = masks;
              onChange(next === "write" ? others : { ...others, [name]: next });
            }}
          />
        </div>
      ))}
      {error && (
        <small className={styles.problem} role="alert">
          {error}
        </small>
      )}
    </fieldset>
  );
}
