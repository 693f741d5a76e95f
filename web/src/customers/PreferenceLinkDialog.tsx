import { useMutation } from "@tanstack/react-query";
import { Alert, Button, Modal } from "antd";
import { Mail } from "lucide-react";
import { useTranslation } from "react-i18next";
import { makePreferenceLink } from "@/customers/consentApi";
import { CopyLine } from "@/ui/CopyLine";
import { useErrorText } from "@/ui/errorText";
import { useFormat } from "@/ui/format";
import styles from "./consent.module.css";

interface Props {
  customer: string;
  /** Whether the firm has a mail server. */
  mail: boolean;
}

/** A link by which the customer says, without signing in, what may be sent. */
export function PreferenceLinkDialog({ onClose, ...props }: Props & { onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal title={t("consent.link.title")} open footer={null} width={480} onCancel={onClose}>
      <p>{t("consent.link.text")}</p>
      <LinkMaker {...props} />
    </Modal>
  );
}

/** Sends the link, or shows it to be copied; with `consent`, one to confirm that. */
export function LinkMaker({ customer, mail, consent }: Props & { consent?: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const errorText = useErrorText();
  const make = useMutation({
    mutationFn: (mailed: boolean) => makePreferenceLink(customer, mailed, consent),
  });
  const { data } = make;
  return (
    <div className={styles.links} aria-live="polite">
      {make.isError && <Alert type="error" role="alert" title={errorText(make.error)} />}
      {data?.mailed_to && (
        <Alert type="success" title={t("consent.link.mailed", { address: data.mailed_to })} />
      )}
      {data?.url && (
        <>
          <CopyLine label={t("consent.link.title")} value={data.url} />
          <small className="secondary">
            {t("consent.link.until", { date: format.date(data.expires_at) })}
          </small>
        </>
      )}
      {!data && (
        <div className={styles.linkActions}>
          {mail && (
            <Button
              type="primary"
              icon={<Mail size={15} />}
              loading={make.isPending && make.variables}
              onClick={() => make.mutate(true)}
            >
              {t("consent.link.mail")}
            </Button>
          )}
          <Button loading={make.isPending && !make.variables} onClick={() => make.mutate(false)}>
            {t("consent.link.copy")}
          </Button>
        </div>
      )}
    </div>
  );
}
