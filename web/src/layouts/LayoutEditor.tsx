import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Alert, App, Button } from "antd";
import { Plus } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { metaQuery } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import { Arranger } from "@/layouts/Arranger";
import {
  addGroup,
  type Draft,
  type FieldList,
  formLists,
  inForm,
  moveGroup,
  offForm,
  offPage,
  pageLists,
  removeGroup,
  withForm,
  withPage,
} from "@/layouts/arranging";
import { EarlierVersions } from "@/layouts/EarlierVersions";
import { GroupHead } from "@/layouts/GroupHead";
import { LayoutPreview } from "@/layouts/LayoutPreview";
import type { Part } from "@/layouts/LayoutsPage";
import {
  keepLayout,
  type Layout,
  type LayoutGroup,
  layoutQuery,
  layoutsKey,
  resetLayout,
  type Which,
} from "@/layouts/layoutsApi";
import { useUndo } from "@/objects/edit/useUndo";
import { useErrorText } from "@/ui/errorText";
import { textIn } from "@/ui/languages";
import styles from "./layouts.module.css";

interface Props {
  object: ObjectMeta;
  which: Which;
  layout: Layout;
  part: Part;
}

/** A layout as it is being written; nothing of it holds before it is saved. */
export function LayoutEditor({ object, which, layout, part }: Props) {
  const { t, i18n } = useTranslation();
  const errorText = useErrorText();
  const [base, setBase] = useState(layout);
  const [draft, setDraft] = useState<Draft>(layout);
  const begin = (from: Layout) => {
    setBase(from);
    setDraft(from);
  };
  const isChanged = draft !== base;
  const isBehind = layout.version !== base.version;
  if (layout !== base && !isChanged) begin(layout);
  const { save, reset, isBusy, error } = useKeeping(which, base, begin);
  const titleOf = (group: LayoutGroup) => textIn(group.labels, i18n.language) || group.title;
  const isOwn = base.stands_on === "own";

  function changeGroup(name: string, labels: LayoutGroup["labels"]) {
    const groups = draft.groups.map((one) => (one.name === name ? { ...one, labels } : one));
    setDraft({ ...draft, groups });
  }

  function headOf(list: FieldList, at: number) {
    const group = draft.groups[at];
    if (list.key !== group?.name) return <Heading list={list.key} />;
    return (
      <GroupHead
        group={group}
        title={titleOf(group)}
        isFirst={at === 0}
        isLast={at === draft.groups.length - 1}
        isOnly={draft.groups.length === 1}
        onLabels={(labels) => changeGroup(group.name, labels)}
        onMove={(by) => setDraft(moveGroup(draft, at, by))}
        onRemove={() => setDraft(removeGroup(draft, group))}
      />
    );
  }

  return (
    <>
      <p className={styles.stands} role="note">
        {t(`layouts.stands.${base.stands_on}`)}
      </p>
      {isBehind && isChanged ? (
        <Alert
          type="warning"
          role="alert"
          title={t("layouts.behind")}
          action={<Button onClick={() => begin(layout)}>{t("layouts.loadAgain")}</Button>}
        />
      ) : (
        error && <Alert type="error" role="alert" title={errorText(error)} />
      )}
      <div className={styles.columns}>
        <div>
          {part === "page" ? (
            <>
              <Arranger
                fields={draft.fields}
                lists={pageLists(draft)}
                away={offPage}
                isFixed={() => false}
                headOf={headOf}
                onChange={(lists) => setDraft(withPage(draft, lists))}
              />
              <Button
                icon={<Plus size={15} />}
                onClick={() => setDraft(addGroup(draft, i18n.language, t("layouts.newGroup")))}
              >
                {t("layouts.addGroup")}
              </Button>
            </>
          ) : (
            <Arranger
              fields={draft.fields}
              lists={formLists(draft)}
              away={offForm}
              isFixed={({ required }) => required}
              headOf={headOf}
              onChange={(lists) => setDraft(withForm(draft, lists))}
            />
          )}
        </div>
        <LayoutPreview object={object} draft={draft} titleOfGroup={titleOf} part={part} />
      </div>
      <div className={styles.foot}>
        <Button danger disabled={!isOwn || isBusy} onClick={reset}>
          {t(which.role ? "layouts.resetRole" : "layouts.reset")}
        </Button>
        <Button disabled={!isChanged || isBusy} onClick={() => setDraft(base)}>
          {t("layouts.discard")}
        </Button>
        <Button type="primary" disabled={!isChanged} loading={isBusy} onClick={() => save(draft)}>
          {t("common.save")}
        </Button>
      </div>
      <EarlierVersions which={which} onUse={(one) => setDraft({ ...draft, ...one })} />
    </>
  );
}

/** What stands above a list that is no group. */
function Heading({ list }: { list: string }) {
  const { t } = useTranslation();
  const isOff = list === offPage;
  const key = isOff ? "off" : list === inForm ? "asked" : "notAsked";
  return (
    <header className={styles.head}>
      <h2>{t(`layouts.${key}`)}</h2>
      {isOff && <small className="secondary">{t("layouts.offText")}</small>}
    </header>
  );
}

/** Saving and taking back, each with its way back while the toast stands. */
function useKeeping(which: Which, layout: Layout, onKept: (now: Layout) => void) {
  const { t } = useTranslation();
  const client = useQueryClient();
  const { message } = App.useApp();
  const errorText = useErrorText();
  const { offer } = useUndo();

  const changed = () =>
    Promise.all([
      client.invalidateQueries({ queryKey: layoutsKey }),
      client.invalidateQueries({ queryKey: metaQuery.queryKey }),
    ]);

  async function takeBack() {
    const { version } = await client.fetchQuery({ ...layoutQuery(which), staleTime: 0 });
    if (layout.stands_on === "own") await keepLayout(which, version, layout);
    else await resetLayout(which, version);
    await changed();
  }

  const keep = useMutation({
    mutationFn: (draft: Draft) => keepLayout(which, layout.version, draft),
    onSuccess: async ({ data }) => {
      client.setQueryData(layoutQuery(which).queryKey, data);
      onKept(data);
      await changed();
      offer(t("layouts.saved"), takeBack);
    },
    onError: () => client.invalidateQueries({ queryKey: layoutsKey }),
  });
  const back = useMutation({
    mutationFn: () => resetLayout(which, layout.version),
    onSuccess: async () => {
      onKept(await client.fetchQuery({ ...layoutQuery(which), staleTime: 0 }));
      await changed();
      offer(t("layouts.resetDone"), takeBack);
    },
    onError: (error) => void message.error(errorText(error)),
  });
  return {
    save: keep.mutate,
    reset: () => back.mutate(),
    isBusy: keep.isPending || back.isPending,
    error: keep.error,
  };
}
