import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { isCustom } from "@/api/customValues";
import { findObject, useObject, useObjects } from "@/api/meta";
import { recordQuery } from "@/api/records";
import { ClassCard } from "@/customers/ClassCard";
import { Composer } from "@/customers/Composer";
import { ConsentCard } from "@/customers/ConsentCard";
import { CustomerChips } from "@/customers/CustomerChips";
import { classesQuery } from "@/customers/classesApi";
import { forms, type Mode, modes } from "@/customers/composing";
import { timelineKinds } from "@/customers/customerApi";
import { type CustomerSearch, type Panel, panels } from "@/customers/customerSearch";
import { PrivacyCard } from "@/customers/PrivacyCard";
import { RecentOrders } from "@/customers/RecentOrders";
import { Relationships } from "@/customers/Relationships";
import { ScoreCards } from "@/customers/ScoreCards";
import { Timeline } from "@/customers/Timeline";
import { PrivacyChip } from "@/objects/erasing/PrivacyChip";
import { Files } from "@/objects/files/Files";
import { MentionAbout } from "@/objects/mention/colleagues";
import { Facts } from "@/objects/record/Facts";
import { RecordHeader } from "@/objects/record/RecordHeader";
import { RelatedList } from "@/objects/record/RelatedList";
import { useCommands } from "@/ui/commands";
import styles from "./customer.module.css";

const TakeBackDialog = lazy(async () => ({
  default: (await import("@/objects/merge/TakeBackDialog")).TakeBackDialog,
}));

const GroupCards = lazy(() => import("@/customers/GroupCards"));
const LedgerCard = lazy(() => import("@/insight/value/LedgerCard"));

interface Props {
  id: string;
  search: CustomerSearch;
  onSearch: (change: Partial<CustomerSearch>) => void;
}

/** What the page shows in its own way; other related records come as plain lists. */
const shownElsewhere = new Set([
  "relationship",
  "interaction",
  "task",
  "order",
  "consent",
  "privacy_request",
]);

/** All about one customer: facts, everything that happened, and what scoring makes of it. */
export function CustomerPage({ id, search, onSearch }: Props) {
  const object = useObject("customer");
  const { data: loaded } = useSuspenseQuery(recordQuery(object.path, id));
  const [mode, setMode] = useState<Mode>("note");
  const [focus, setFocus] = useState(0);
  // Whether there is a card of classes at all decides where the others stand.
  const { isPending } = useQuery(classesQuery(id));
  const { panel = "timeline", kinds = timelineKinds } = search;
  const related = (object.related ?? []).filter(
    (one) => isCustom(one.field) || !shownElsewhere.has(one.object),
  );

  function write(next: Mode) {
    setMode(next);
    setFocus((count) => count + 1);
    onSearch({ panel: undefined });
  }

  return (
    <article className={styles.page}>
      <RecordHeader
        object={object}
        record={loaded.record}
        actions={<WriteButtons onWrite={write} />}
      >
        <CustomerChips object={object} record={loaded.record} />
        <PrivacyChip object={object} id={id} />
      </RecordHeader>
      <Panels panel={panel} onPanel={(next) => onSearch({ panel: next })} />
      <div className={styles.columns} data-panel={panel}>
        <div className={styles.facts}>
          <Facts object={object} loaded={loaded} />
          <Files key={id} object={object} id={id} />
          {related.map((one) => (
            <RelatedList key={one.name} related={one} id={id} />
          ))}
        </div>
        <div className={styles.middle}>
          <MentionAbout value={{ object: object.name, id }}>
            <Composer customer={id} mode={mode} onMode={setMode} focus={focus} />
          </MentionAbout>
          <Timeline
            customer={id}
            kinds={kinds}
            onKinds={(next) =>
              onSearch({ kinds: next.length === timelineKinds.length ? undefined : next })
            }
          />
        </div>
        <aside className={styles.insight} data-waiting={isPending || undefined}>
          {object.fields.some(({ name }) => name === "stage") && (
            <ScoreCards object={object} id={id} />
          )}
          <Suspense fallback={null}>
            <LedgerCard customer={id} />
          </Suspense>
          <ClassCard customer={id} />
          <ConsentCard customer={id} />
          <PrivacyCard record={loaded.record} />
          <Relationships customer={id} />
          <RecentOrders customer={id} />
          <Suspense fallback={null}>
            <GroupCards customer={id} />
          </Suspense>
        </aside>
      </div>
      {search.takeBack && (
        <Suspense fallback={null}>
          <TakeBackDialog
            object={object}
            id={search.takeBack}
            onClose={() => onSearch({ takeBack: undefined })}
          />
        </Suspense>
      )}
    </article>
  );
}

const actions = ["call", "note", "task"] as const;

function WriteButtons({ onWrite }: { onWrite: (mode: Mode) => void }) {
  const { t } = useTranslation();
  const objects = useObjects();
  const allowed = (mode: Mode) => findObject(objects, forms[mode].object)?.can.includes("create");
  useCommands(
    modes.filter(allowed).map((mode) => ({
      id: mode === "task" ? "add task" : `log ${mode}`,
      label: t(`customer.compose.write.${mode}`),
      icon: forms[mode].icon,
      group: t("palette.group.record"),
      run: () => onWrite(mode),
    })),
  );
  return actions.filter(allowed).map((mode) => {
    const Icon = forms[mode].icon;
    return (
      <Button key={mode} icon={<Icon size={15} />} onClick={() => onWrite(mode)}>
        {t(`customer.action.${mode}`)}
      </Button>
    );
  });
}

/** On a narrow screen one of the three columns is shown at a time. */
function Panels({ panel, onPanel }: { panel: Panel; onPanel: (panel: Panel) => void }) {
  const { t } = useTranslation();
  return (
    <nav className={styles.panels} aria-label={t("customer.panels")}>
      {panels.map((one) => (
        <button
          key={one}
          type="button"
          aria-current={one === panel ? "true" : undefined}
          onClick={() => onPanel(one)}
        >
          {t(`customer.panel.${one}`)}
        </button>
      ))}
    </nav>
  );
}
