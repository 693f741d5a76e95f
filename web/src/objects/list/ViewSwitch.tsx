import { Segmented } from "antd";
import { CalendarDays, ChartColumn, Kanban, Table2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta, ViewKind } from "@/api/types";
import { kindsOf } from "@/objects/list/viewKind";
import { useShortcuts } from "@/ui/shortcuts";
import styles from "./list.module.css";

const icons = { table: Table2, board: Kanban, calendar: CalendarDays, chart: ChartColumn };
/** The second key, after "v". */
export const letters: Record<ViewKind, string> = {
  table: "t",
  board: "b",
  calendar: "c",
  chart: "h",
};

interface Props {
  object: ObjectMeta;
  kind: ViewKind;
  onKind: (kind: ViewKind) => void;
}

/** The same records as a table, a board, a calendar or a chart. */
export function ViewSwitch({ object, kind, onKind }: Props) {
  const { t } = useTranslation();
  const kinds = kindsOf(object);
  useShortcuts(
    kinds.map((one) => ({
      keys: `v ${letters[one]}`,
      label: t(`view.kind.${one}`),
      run: () => onKind(one),
    })),
  );
  if (kinds.length === 1) return null;
  return (
    <Segmented<ViewKind>
      className={styles.kinds}
      aria-label={t("view.showAs")}
      value={kind}
      onChange={onKind}
      options={kinds.map((value) => {
        const Icon = icons[value];
        const label = t(`view.kind.${value}`);
        return {
          value,
          title: `${label} (v ${letters[value]})`,
          icon: <Icon size={15} aria-hidden />,
          label: <span className={styles.kind}>{label}</span>,
        };
      })}
    />
  );
}
