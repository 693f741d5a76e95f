import { Button, Checkbox, Modal, Select } from "antd";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectChoice, RoleChange, RoleRights, Verb } from "@/api/roles";
import styles from "./settings.module.css";

const verbs: Verb[] = [
  "read",
  "change",
  "delete",
  "create",
  "export",
  "import",
  "merge",
  "erase",
  "reveal",
];
const scopes = ["own", "territory", "team", "all"] as const;
const masks = ["read_only", "masked", "hidden"] as const;
type Mask = (typeof masks)[number] | null;
type Value = string | boolean | null;

interface Props {
  role: RoleRights;
  objects: ObjectChoice[];
  changed: RoleChange;
  onChange: (more: RoleChange) => void;
}

/** Objects by verbs; how far each verb reaches. */
export function RightsTable({ role, objects, changed, onChange }: Props) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<ObjectChoice | null>(null);
  const set = (object: string, verb: Verb, value: Value) =>
    onChange({
      objects: {
        ...changed.objects,
        [object]: { ...changed.objects?.[object], [verb]: value } as Record<string, never>,
      },
    });
  const rightOf = (object: string, verb: Verb): Value => {
    const now = changed.objects?.[object] as Record<string, Value> | undefined;
    const before = role.objects[object] as Record<string, Value> | undefined;
    return (now && verb in now ? now[verb] : before?.[verb]) ?? null;
  };
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <thead>
          <tr>
            <th>{t("roles.object")}</th>
            {verbs.map((verb) => (
              <th key={verb}>{t(`roles.verb.${verb}`)}</th>
            ))}
            <th>
              <span className="sr-only">{t("roles.showFields")}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {objects.map((object) => (
            <tr key={object.name}>
              <th scope="row">{object.label}</th>
              {verbs.map((verb) => (
                <td key={verb}>
                  {object.verbs.includes(verb) && (
                    <Right
                      label={t("roles.cell", {
                        verb: t(`roles.verb.${verb}`),
                        object: object.label,
                      })}
                      disabled={role.is_fixed}
                      isScope={verbs.indexOf(verb) < 3}
                      value={rightOf(object.name, verb)}
                      onChange={(value) => set(object.name, verb, value)}
                    />
                  )}
                </td>
              ))}
              <td className={styles.end}>
                <Button
                  type="link"
                  size="small"
                  disabled={role.is_fixed}
                  aria-label={t("roles.fields", { object: object.label })}
                  onClick={() => setOpened(object)}
                >
                  {t("roles.showFields")}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {opened && (
        <FieldsDialog
          object={opened}
          masks={{ ...role.fields, ...changed.fields }}
          onChange={(key, mask) => onChange({ fields: { ...changed.fields, [key]: mask } })}
          onClose={() => setOpened(null)}
        />
      )}
    </div>
  );
}

interface RightProps {
  label: string;
  disabled: boolean;
  isScope: boolean;
  value: Value;
  onChange: (value: Value) => void;
}

function Right({ label, disabled, isScope, value, onChange }: RightProps) {
  const { t } = useTranslation();
  if (!isScope) {
    return (
      <Checkbox
        aria-label={label}
        disabled={disabled}
        checked={value === true}
        onChange={({ target }) => onChange(target.checked)}
      />
    );
  }
  return (
    <Select
      aria-label={label}
      className={styles.right}
      disabled={disabled}
      value={typeof value === "string" ? value : "none"}
      options={(["none", ...scopes] as const).map((scope) => ({
        value: scope,
        label: t(`roles.scope.${scope}`),
      }))}
      onChange={(scope) => onChange(scope === "none" ? null : scope)}
    />
  );
}

interface FieldsProps {
  object: ObjectChoice;
  masks: Record<string, Mask>;
  onChange: (key: string, mask: Mask) => void;
  onClose: () => void;
}

function FieldsDialog({ object, masks: masked, onChange, onClose }: FieldsProps) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      title={t("roles.fields", { object: object.label })}
      footer={null}
      onCancel={onClose}
    >
      <table className={styles.table}>
        <tbody>
          {object.fields.map(({ name, label, is_title, personal }) => (
            <tr key={name}>
              <th scope="row">{label}</th>
              <td className={styles.end}>
                <Select
                  aria-label={label}
                  className={styles.right}
                  value={masked[`${object.name}.${name}`] ?? "none"}
                  options={(["none", ...masks] as const).map((mask) => ({
                    value: mask,
                    label: t(`roles.mask.${mask}`),
                    disabled: (mask === "hidden" && is_title) || (mask === "masked" && !personal),
                  }))}
                  onChange={(mask) =>
                    onChange(`${object.name}.${name}`, mask === "none" ? null : (mask as Mask))
                  }
                />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Modal>
  );
}
