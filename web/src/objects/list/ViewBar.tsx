import { useMutation, useQueryClient } from "@tanstack/react-query";
import { App, Button, Dropdown, type MenuProps } from "antd";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, SavedView } from "@/api/types";
import { changeView, deleteView, viewsQuery } from "@/api/views";
import type { ListSearch } from "@/objects/list/listSearch";
import { definitionOf, type ListState } from "@/objects/list/listState";
import { SaveView } from "@/objects/list/SaveView";
import { useErrorText } from "@/ui/errorText";
import styles from "./list.module.css";

interface Props {
  object: ObjectMeta;
  views: SavedView[];
  state: ListState;
  search: ListSearch;
  onSearch: (change: Partial<ListSearch>) => void;
}

const untouched = {
  filter: undefined,
  sort: undefined,
  group: undefined,
  cols: undefined,
  q: undefined,
  kind: undefined,
  by: undefined,
  sum: undefined,
  span: undefined,
  shape: undefined,
};

/** The views of this list; when the list shown differs from its view, what to do about it. */
export function ViewBar({ object, views, state, onSearch }: Props) {
  const { t } = useTranslation();
  const [dialog, setDialog] = useState<"new" | "edit" | null>(null);
  const { view, isChanged } = state;
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const update = useMutation({
    mutationFn: (id: string) =>
      changeView(id, { kind: state.kind, definition: definitionOf(state) }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: viewsQuery(object.name).queryKey });
      onSearch(untouched);
      message.success(t("view.saved"));
    },
    onError: (error) => message.error(errorText(error)),
  });

  return (
    <div className={styles.views}>
      <nav className={styles.tabs} aria-label={t("view.views")}>
        <ViewTab
          name={t("view.all", { what: object.label_plural })}
          current={!view}
          onOpen={() => onSearch({ ...untouched, view: undefined })}
        />
        {views.map((one) => (
          <ViewTab
            key={one.id}
            name={one.name}
            current={one.id === view?.id}
            onOpen={() => onSearch({ ...untouched, view: one.id })}
          />
        ))}
      </nav>
      {view?.can.includes("change") && (
        <ViewMenu
          view={view}
          onEdit={() => setDialog("edit")}
          onGone={() => onSearch({ view: undefined })}
        />
      )}
      {isChanged && (
        <section className={styles.unsaved} aria-label={t("view.unsaved")}>
          <span role="status" className="secondary">
            {t("view.unsaved")}
          </span>
          {view?.can.includes("change") && (
            <Button
              type="primary"
              size="small"
              loading={update.isPending}
              onClick={() => update.mutate(view.id)}
            >
              {t(`view.saveFor.${view.shared}`)}
            </Button>
          )}
          <Button size="small" onClick={() => setDialog("new")}>
            {t(view ? "view.saveAsNew" : "view.saveAs")}
          </Button>
          <Button type="text" size="small" onClick={() => onSearch(untouched)}>
            {t("view.reset")}
          </Button>
        </section>
      )}
      {dialog && (
        <SaveView
          object={object}
          state={state}
          view={dialog === "edit" ? view : undefined}
          onClose={() => setDialog(null)}
          onSaved={(saved) => onSearch({ ...untouched, view: saved.id })}
        />
      )}
    </div>
  );
}

interface TabProps {
  name: string;
  current: boolean;
  onOpen: () => void;
}

function ViewTab({ name, current, onOpen }: TabProps) {
  return (
    <button
      type="button"
      className={styles.tab}
      aria-current={current ? "page" : undefined}
      title={name}
      onClick={onOpen}
    >
      <span className="ellipsis">{name}</span>
    </button>
  );
}

interface ViewMenuProps {
  view: SavedView;
  onEdit: () => void;
  onGone: () => void;
}

function ViewMenu({ view, onEdit, onGone }: ViewMenuProps) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { modal } = App.useApp();
  const remove = () =>
    modal.confirm({
      title: t("view.deleteAsk", { name: view.name }),
      okText: t("common.delete"),
      okButtonProps: { danger: true },
      onOk: async () => {
        await deleteView(view.id);
        onGone();
        await client.invalidateQueries({ queryKey: viewsQuery(view.object).queryKey });
      },
    });
  const items: MenuProps["items"] = [
    { key: "edit", label: t("view.edit"), onClick: onEdit },
    { key: "delete", label: t("common.delete"), danger: true, onClick: remove },
  ];
  return (
    <Dropdown trigger={["click"]} menu={{ items }}>
      <Button
        type="text"
        size="small"
        icon={<Ellipsis size={16} />}
        aria-label={t("view.menu", { name: view.name })}
      />
    </Dropdown>
  );
}
