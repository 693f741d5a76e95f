import { Button, Dropdown, Modal } from "antd";
import { X } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type DismissReason, dismissReasons } from "@/insight/insightApi";
import { isSend } from "@/ui/keys";
import { TextArea } from "@/ui/TextArea";

interface Props {
  open: boolean;
  onOpen: (open: boolean) => void;
  onDismiss: (reason: DismissReason, note?: string) => void;
}

/** Takes an item off the list for a reason, which the next scoring learns from. */
export function DismissMenu({ open, onOpen, onDismiss }: Props) {
  const { t } = useTranslation();
  const [explaining, setExplaining] = useState(false);
  const [note, setNote] = useState("");
  const label = t("insight.dismiss.label");
  const send = () => {
    setExplaining(false);
    onDismiss("other", note.trim());
  };
  return (
    <>
      <Dropdown
        trigger={["click"]}
        placement="bottomRight"
        autoFocus
        open={open && !explaining}
        onOpenChange={onOpen}
        menu={{
          items: dismissReasons.map((key) => ({ key, label: t(`insight.dismiss.${key}`) })),
          onClick: ({ key }) =>
            key === "other" ? setExplaining(true) : onDismiss(key as DismissReason),
        }}
      >
        <Button
          type="text"
          icon={<X size={16} />}
          aria-label={label}
          title={`${label} (x)`}
          aria-keyshortcuts="x"
        />
      </Dropdown>
      <Modal
        title={t("insight.dismiss.otherTitle")}
        open={explaining}
        okText={label}
        okButtonProps={{ disabled: !note.trim() }}
        onOk={send}
        onCancel={() => setExplaining(false)}
        destroyOnHidden
        width={420}
      >
        <TextArea
          autoFocus
          aria-label={t("insight.dismiss.otherTitle")}
          rows={2}
          value={note}
          onChange={(event) => setNote(event.target.value)}
          onKeyDown={(event) => isSend(event) && note.trim() && send()}
        />
      </Modal>
    </>
  );
}
