import { useQuery } from "@tanstack/react-query";
import { Segmented, Select } from "antd";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { findObject, useObjects } from "@/api/meta";
import type { ObjectMeta } from "@/api/types";
import { LayoutEditor } from "@/layouts/LayoutEditor";
import { layoutQuery, layoutsQuery, type Which } from "@/layouts/layoutsApi";
import { ErrorState } from "@/ui/ErrorState";
import { LinesSkeleton } from "@/ui/Skeletons";
import styles from "./layouts.module.css";

export type Part = "page" | "form";

interface Chosen {
  object?: string | undefined;
  role?: string | undefined;
  part?: "form" | undefined;
}

interface Props extends Chosen {
  onChoose: (change: Chosen) => void;
}

const everyone = "";

/** What a record's page and the form of a new one show, by object and, if wanted, by role. */
export function LayoutsPage({ object: chosen, role, part, onChoose }: Props) {
  const { t } = useTranslation();
  const id = useId();
  const objects = useObjects();
  const query = useQuery(layoutsQuery);
  if (query.isPending) return <LinesSkeleton lines={8} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const arrangeable = query.data.objects.flatMap((name) => findObject(objects, name) ?? []);
  const object =
    arrangeable.find(({ name }) => name === chosen) ??
    arrangeable.find(({ name }) => name === "customer") ??
    arrangeable[0];
  if (!object) return null;
  const roles = [
    { value: everyone, label: t("layouts.everyone") },
    ...query.data.roles.map(({ id: value, label }) => ({ value, label })),
  ];
  return (
    <section className={styles.page}>
      <p className="secondary">{t("layouts.text")}</p>
      <div className={styles.choices}>
        <div>
          <label htmlFor={`${id}-object`}>{t("layouts.object")}</label>
          <Select
            id={`${id}-object`}
            value={object.name}
            options={arrangeable.map(({ name, label_plural }) => ({
              value: name,
              label: label_plural,
            }))}
            onChange={(name) => onChoose({ object: name })}
          />
        </div>
        <div>
          <label htmlFor={`${id}-role`}>{t("layouts.role")}</label>
          <Select
            id={`${id}-role`}
            value={role ?? everyone}
            options={roles}
            onChange={(value) => onChoose({ role: value || undefined })}
          />
        </div>
        <Segmented
          aria-label={t("layouts.part")}
          value={part ?? "page"}
          options={(["page", "form"] as const).map((value) => ({
            value,
            label: t(`layouts.parts.${value}`),
          }))}
          onChange={(value) => onChoose({ part: value === "form" ? value : undefined })}
        />
      </div>
      <Loaded
        key={`${object.name} ${role}`}
        object={object}
        which={{ object: object.name, ...(role && { role }) }}
        part={part ?? "page"}
      />
    </section>
  );
}

interface LoadedProps {
  object: ObjectMeta;
  which: Which;
  part: Part;
}

function Loaded(props: LoadedProps) {
  const query = useQuery(layoutQuery(props.which));
  if (query.isPending) return <LinesSkeleton lines={10} />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  return <LayoutEditor {...props} layout={query.data} />;
}
