import { Button, Input } from "antd";
import { useTranslation } from "react-i18next";
import { Labelled } from "@/fields/Labelled";
import styles from "./fields.module.css";

interface Props {
  /** What programs are to call it, asked for once; absent of what is there already. */
  keyAsked?: {
    value: string | undefined;
    hint: string;
    error: string | undefined;
    onChange: (key: string) => void;
  };
  saving: boolean;
  onClose: () => void;
}

/** Where a definition's form ends: the key of a new one, and what is done with the form. */
export function FormEnd({ keyAsked, saving, onClose }: Props) {
  const { t } = useTranslation();
  return (
    <>
      {keyAsked && (
        <Labelled label={t("fields.key")} hint={keyAsked.hint} error={keyAsked.error}>
          {(id) => (
            <Input
              id={id}
              maxLength={40}
              value={keyAsked.value ?? ""}
              onChange={(event) => keyAsked.onChange(event.target.value.trim())}
            />
          )}
        </Labelled>
      )}
      <div className={styles.foot}>
        <Button onClick={onClose}>{t("common.cancel")}</Button>
        <Button type="primary" htmlType="submit" loading={saving}>
          {keyAsked ? t("common.create") : t("common.save")}
        </Button>
      </div>
    </>
  );
}
