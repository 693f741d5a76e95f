import { useQuery } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import { useContext } from "react";
import { useTranslation } from "react-i18next";
import { permissionsQuery } from "@/customers/consentApi";
import { MentionAbout } from "@/objects/mention/colleagues";
import styles from "./consent.module.css";

/** Beside a customer's telephone or e-mail: that it may not be used, or not for everything. */
export function CustomerContactNote({ channel }: { channel: "email" | "phone" }) {
  const about = useContext(MentionAbout);
  return about?.object === "customer" ? (
    <ContactRefusal customer={about.id} channel={channel} />
  ) : null;
}

interface Props {
  customer: string;
  channel: "email" | "phone";
}

export function ContactRefusal({ customer, channel }: Props) {
  const { t } = useTranslation();
  const { data } = useQuery(permissionsQuery(customer));
  const contact = data?.contact[channel];
  if (!data || !contact) return null;
  if (!contact.allowed) {
    return (
      <small className={styles.refused} role="note">
        <Ban size={13} aria-hidden />
        <span>{t(`consent.mayNot.${channel}`, { reason: contact.text })}</span>
      </small>
    );
  }
  const refused = data.purposes.filter((one) => one.channels[channel]?.reason === "withdrawn");
  if (refused.length === 0) return null;
  const purposes = refused.map(({ name }) => name).join(t("consent.comma"));
  return (
    <small className={styles.limited} role="note">
      {t("consent.notFor", { purposes })}
    </small>
  );
}
