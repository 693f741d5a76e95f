/** How good the data of the customers is, and how it was. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Filter, Job, Schemas } from "@/api/types";

export type Quality = Schemas["QualityOut"];
export type QualityField = Schemas["QualityFieldOut"];
export type QualitySource = Schemas["QualitySourceOut"];
export type QualityDay = Schemas["QualityDayOut"];
export type QualitySettings = Schemas["QualitySettingsOut"];
export type QualityChange = Partial<Omit<QualitySettings, "fields">>;

export interface Figure {
  count: number;
  filter: unknown;
}

const kinds = ["person", "organization"] as const;

/** Which customers the measures are of; and which field the lines. */
export interface QualitySearch {
  source?: string;
  kind?: (typeof kinds)[number];
  field?: string;
}

export function qualitySearch(search: Record<string, unknown>): QualitySearch {
  const kind = kinds.find((one) => one === search.kind);
  return {
    ...(typeof search.source === "string" ? { source: search.source } : {}),
    ...(kind ? { kind } : {}),
    ...(typeof search.field === "string" ? { field: search.field } : {}),
  };
}

export const qualityKey = ["data-quality"] as const;

export const qualityQuery = ({ source, kind }: QualitySearch) =>
  queryOptions({
    queryKey: [...qualityKey, { source, kind }],
    queryFn: () => get<Quality>("/data-quality", { source, kind }),
    staleTime: 0,
  });

export const trendQuery = ({ source, kind, field }: QualitySearch) =>
  queryOptions({
    queryKey: [...qualityKey, "trend", { source, kind, field }],
    queryFn: async () =>
      (await get<Schemas["TrendOut"]>("/data-quality/trend", { source, kind, field })).items,
  });

export const qualitySettingsQuery = queryOptions({
  queryKey: [...qualityKey, "settings"],
  queryFn: () => get<QualitySettings>("/data-quality/settings"),
});

export const measureNow = async () => (await request<Job>("POST", "/data-quality/measure")).data;

export const changeQualitySettings = async (body: QualityChange) =>
  (await request<QualitySettings>("PATCH", "/data-quality/settings", { body })).data;

export const filterOf = ({ filter }: Figure) => (filter as Filter | null) ?? undefined;
