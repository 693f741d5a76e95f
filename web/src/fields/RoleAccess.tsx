import { Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "@/api/types";
import type { Mask } from "@/fields/fieldsApi";
import styles from "./fields.module.css";

export type Role = Schemas["RoleChoice"];

interface Props {
  roles: Role[];
  /** Nobody writes the field: it is worked out. */
  computed: boolean;
  /** It can be shown masked. */
  personal: boolean;
  masks: Record<string, Mask>;
  error?: string;
  onChange: (masks: Record<string, Mask>) => void;
}

const offer = [
  { value: "write", name: "write" },
  { value: "read_only", name: "read_only" },
  { value: "masked", name: "masked" },
  { value: "hidden", name: "hidden" },
] as const;
const computedOffer = [
  { value: "write", name: "read" },
  { value: "masked", name: "masked" },
  { value: "hidden", name: "hidden" },
] as const;

/** Which roles may change the field, only read it, see its mask, or do not see it. */
export function RoleAccess({ roles, computed, personal, masks, error, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const offered = (computed ? computedOffer : offer).filter(
    ({ value }) => personal || value !== "masked",
  );
  return (
    <fieldset className={styles.roles}>
      <legend>{t(computed ? "fields.accessComputed" : "fields.access")}</legend>
      {roles.map(({ name, label }) => (
        <div key={name} className={styles.role}>
          <label htmlFor={`${id}-${name}`} className="ellipsis">
            {label}
          </label>
          <Select
            id={`${id}-${name}`}
            value={(masks[name] ?? "write") as Mask | "write"}
            options={offered.map(({ value, name }) => ({ value, label: t(`fields.mask.${name}`) }))}
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
