import { Button, Input } from "antd";
import { Check, Copy } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import styles from "./copyLine.module.css";

/** A secret that is shown this once, to be copied. */
export function CopyLine({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
  };
  return (
    <div className={styles.key}>
      <Input readOnly aria-label={label} value={value} onFocus={(event) => event.target.select()} />
      {/* Only a page of this machine or by https may write to the clipboard. */}
      {window.isSecureContext && (
        <Button icon={copied ? <Check size={15} /> : <Copy size={15} />} onClick={copy}>
          {copied ? t("common.copied") : t("common.copy")}
        </Button>
      )}
    </div>
  );
}
