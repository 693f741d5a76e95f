import { Link } from "@tanstack/react-router";
import { Button, Tooltip } from "antd";
import { Phone, SquareCheckBig } from "lucide-react";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { DismissMenu } from "@/insight/DismissMenu";
import { DoDialog } from "@/insight/DoDialog";
import type { Attention } from "@/insight/insightApi";
import { SnoozeMenu } from "@/insight/SnoozeMenu";
import { useDecide } from "@/insight/useDecide";
import { RecordsLink } from "@/objects/list/RecordsLink";
import { Chip } from "@/ui/Chip";
import { useFormat } from "@/ui/format";
import styles from "./attention.module.css";

export type Opened = "do" | "snooze" | "dismiss";

interface Props {
  item: Attention;
  position: number;
  total: number;
  isCurrent: boolean;
  opened: Opened | null;
  onOpened: (what: Opened | null) => void;
  onFocus: () => void;
  /** The item has been dealt with and leaves the list. */
  onLeaving: () => void;
}

const colors: Record<string, string> = {
  late: "orange",
  stage_fell: "red",
  value_at_risk: "magenta",
  new_promising: "green",
};

export function AttentionCard(props: Props) {
  const { item, position, total, isCurrent, onFocus } = props;
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const id = useId();
  const kindKey = `insight.kind.${item.kind}`;
  const kind = item.label ?? (i18n.exists(kindKey) ? t(kindKey as "insight.kind.late") : item.kind);
  return (
    <article
      className={styles.card}
      data-id={item.id}
      tabIndex={isCurrent ? 0 : -1}
      aria-posinset={position}
      aria-setsize={total}
      aria-labelledby={`${id}-name`}
      aria-describedby={`${id}-why`}
      onFocus={onFocus}
    >
      <div className={styles.what}>
        <h3 id={`${id}-name`} className={styles.name}>
          <Link
            to="/customers/$id"
            params={{ id: item.customer.id }}
            className="ellipsis"
            title={item.customer.label}
          >
            {item.customer.label}
          </Link>
          <Chip color={colors[item.kind]}>{kind}</Chip>
        </h3>
        <p id={`${id}-why`}>{item.why}</p>
        {!item.call.allowed && <MayNotCall item={item} />}
        <small className="secondary">
          {item.owner ? t("insight.owner", { name: item.owner.label }) : t("insight.noOwner")}
          {item.records.map((records) => (
            <RecordsLink key={records.label} records={records} className={styles.records} />
          ))}
        </small>
      </div>
      {item.stake && (
        <div className={styles.stake}>
          <strong>{format.money(item.stake.amount, item.stake.currency, true)}</strong>
          <small className="secondary">{t("insight.stake")}</small>
        </div>
      )}
      <Actions {...props} />
    </article>
  );
}

/** Advice to call somebody who asked not to be called is advice to reach them in another way. */
function MayNotCall({ item }: { item: Attention }) {
  const { t } = useTranslation();
  return (
    <small className={styles.mayNot} role="note">
      {t("consent.mayNot.phone", { reason: item.call.text })}
    </small>
  );
}

function Actions({ item, opened, onOpened, onLeaving }: Props) {
  const { t } = useTranslation();
  const { act, snooze, dismiss } = useDecide();
  const { title, kind } = item.suggestion;
  const Icon = kind === "call" ? Phone : SquareCheckBig;
  const set = (what: Opened) => (open: boolean) => onOpened(open ? what : null);
  return (
    <div className={styles.actions}>
      {item.can.includes("do") && (
        <Tooltip title={title}>
          <Button
            className={styles.suggested}
            icon={<Icon size={15} />}
            aria-keyshortcuts="e"
            onClick={() => onOpened("do")}
          >
            {t(kind === "call" ? "insight.suggest.call" : "insight.suggest.task")}
          </Button>
        </Tooltip>
      )}
      {item.can.includes("snooze") && (
        <SnoozeMenu
          open={opened === "snooze"}
          onOpen={set("snooze")}
          onSnooze={(until, shown) => {
            onLeaving();
            void snooze(item, until, shown);
          }}
        />
      )}
      {item.can.includes("dismiss") && (
        <DismissMenu
          open={opened === "dismiss"}
          onOpen={set("dismiss")}
          onDismiss={(reason, note) => {
            onLeaving();
            void dismiss(item, reason, note);
          }}
        />
      )}
      <DoDialog
        item={item}
        open={opened === "do"}
        onClose={() => onOpened(null)}
        onDo={(done) => {
          onLeaving();
          void act(item, done);
        }}
      />
    </div>
  );
}
