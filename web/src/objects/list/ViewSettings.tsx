import { Calendar, ChartPie, Columns3, Sigma } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ObjectMeta } from "@/api/types";
import { Choose } from "@/objects/list/Choose";
import { GroupMenu } from "@/objects/list/GroupMenu";
import { summable } from "@/objects/list/groups";
import { type ListSearch, shapes, spans } from "@/objects/list/listSearch";
import type { ListState } from "@/objects/list/listState";
import { type By, fieldsFor, formatBy } from "@/objects/list/viewKind";
import { periods } from "@/ui/days";

interface Props {
  object: ObjectMeta;
  state: ListState;
  onSearch: (change: Partial<ListSearch>) => void;
}

/** What a table is grouped by; what a board, calendar or chart is made by, and what it shows. */
export function ViewSettings({ object, state, onSearch }: Props) {
  const { t } = useTranslation();
  const { kind, by, group, view, span, shape } = state;
  if (!by) {
    const ungrouped = view?.definition.group ? null : undefined;
    return (
      <GroupMenu
        object={object}
        group={group}
        onGroup={(name) => onSearch({ group: name ?? ungrouped })}
      />
    );
  }
  return (
    <>
      <Choose
        label={t("group.by", { field: by.field.label })}
        icon={<Columns3 size={16} />}
        items={fieldsFor(object, kind).map(({ name, label }) => ({ key: name, label }))}
        chosen={by.field.name}
        onChoose={(name) => onSearch({ by: name })}
      />
      {by.period && <PeriodMenu by={by} period={by.period} onSearch={onSearch} />}
      {kind !== "calendar" && <SumMenu object={object} state={state} onSearch={onSearch} />}
      {kind === "calendar" && (
        <Choose
          label={t(`calendar.span.${span}`)}
          icon={<Calendar size={16} />}
          items={spans.map((key) => ({ key, label: t(`calendar.span.${key}`) }))}
          chosen={span}
          onChoose={(next) => onSearch({ span: next })}
        />
      )}
      {kind === "chart" && (
        <Choose
          label={t(`chart.shape.${shape}`)}
          icon={<ChartPie size={16} />}
          items={shapes.map((key) => ({ key, label: t(`chart.shape.${key}`) }))}
          chosen={shape}
          onChoose={(next) => onSearch({ shape: next })}
        />
      )}
    </>
  );
}

interface PeriodProps extends Pick<Props, "onSearch"> {
  by: By;
  period: NonNullable<By["period"]>;
}

function PeriodMenu({ by, period, onSearch }: PeriodProps) {
  const { t } = useTranslation();
  return (
    <Choose
      label={t(`chart.period.${period}`)}
      icon={<Calendar size={16} />}
      items={periods.map((key) => ({ key, label: t(`chart.period.${key}`) }))}
      chosen={period}
      onChoose={(next) => onSearch({ by: formatBy({ ...by, period: next }) })}
    />
  );
}

const count = "#count"; // no field has such a name

function SumMenu({ object, state: { sum, view }, onSearch }: Props) {
  const { t } = useTranslation();
  const fields = object.fields.filter(summable);
  if (fields.length === 0) return null;
  const unsummed = view?.definition.sum ? null : undefined;
  return (
    <Choose
      label={sum ? t("view.sumOf", { field: sum.label }) : t("view.countOnly")}
      icon={<Sigma size={16} />}
      items={[
        { key: count, label: t("view.countOnly") },
        ...fields.map(({ name, label }) => ({
          key: name,
          label: t("view.sumOf", { field: label }),
        })),
      ]}
      chosen={sum?.name ?? count}
      isSet={sum !== null}
      onChoose={(key) => onSearch({ sum: key === count ? unsummed : key })}
    />
  );
}
