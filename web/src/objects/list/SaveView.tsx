import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, Checkbox, Input, Modal, Segmented } from "antd";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, SavedView, Shared } from "@/api/types";
import { changeView, createView, viewsQuery } from "@/api/views";
import { definitionOf, type ListState } from "@/objects/list/listState";
import { useErrorText } from "@/ui/errorText";
import styles from "./list.module.css";

interface Props {
  object: ObjectMeta;
  state: ListState;
  /** The view to rename or share; absent: the list shown becomes a new one. */
  view?: SavedView;
  onClose: () => void;
  onSaved: (view: SavedView) => void;
}

const circles: Shared[] = ["private", "team", "everyone"];

export function SaveView({ object, state, view, onClose, onSaved }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const client = useQueryClient();
  const errorText = useErrorText();
  const [name, setName] = useState(view?.name ?? "");
  const [shared, setShared] = useState<Shared>(view?.shared ?? "private");
  const [pinned, setPinned] = useState(view?.pinned ?? false);
  const save = useMutation({
    mutationFn: () => {
      const values = { name: name.trim(), shared, pinned };
      if (view) return changeView(view.id, values);
      const definition = definitionOf(state);
      return createView({ ...values, object: object.name, kind: state.kind, definition });
    },
    onSuccess: async (saved) => {
      await client.invalidateQueries({ queryKey: viewsQuery(object.name).queryKey });
      await client.invalidateQueries({ queryKey: ["views"] });
      onSaved(saved);
      onClose();
    },
  });

  return (
    <Modal
      open
      title={view ? t("view.edit") : t("view.new")}
      okText={t("common.save")}
      okButtonProps={{ disabled: !name.trim(), loading: save.isPending }}
      onOk={() => save.mutate()}
      onCancel={onClose}
    >
      <div className={styles.form}>
        {save.error && <Alert type="error" title={errorText(save.error)} role="alert" />}
        <label htmlFor={id}>{t("view.name")}</label>
        <Input
          id={id}
          autoFocus
          maxLength={100}
          value={name}
          onChange={(event) => setName(event.target.value)}
          onPressEnter={(event) => {
            if (!event.nativeEvent.isComposing && name.trim()) save.mutate();
          }}
        />
        <span>{t("view.sharedWith")}</span>
        <Segmented<Shared>
          aria-label={t("view.sharedWith")}
          value={shared}
          options={circles.map((value) => ({ value, label: t(`view.shared.${value}`) }))}
          onChange={setShared}
        />
        <Checkbox checked={pinned} onChange={(event) => setPinned(event.target.checked)}>
          {t("view.pinned")}
        </Checkbox>
      </div>
    </Modal>
  );
}
