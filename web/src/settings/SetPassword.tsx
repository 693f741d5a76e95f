import { Button, Modal } from "antd";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useUser } from "@/api/session";
import { PasswordForm } from "@/settings/PasswordForm";

/** On a user's page: how somebody new, or who has forgotten, gets in. */
export function SetPassword({ userId }: { userId: string }) {
  const { t } = useTranslation();
  const user = useUser();
  const [open, setOpen] = useState(false);
  if (!user.administer && user.id !== userId) return null;
  return (
    <>
      <Button icon={<KeyRound size={15} />} onClick={() => setOpen(true)}>
        {t("settings.setPassword")}
      </Button>
      <Modal
        open={open}
        title={t("settings.setPassword")}
        footer={null}
        destroyOnHidden
        onCancel={() => setOpen(false)}
      >
        <PasswordForm userId={userId} onDone={() => setOpen(false)} />
      </Modal>
    </>
  );
}
