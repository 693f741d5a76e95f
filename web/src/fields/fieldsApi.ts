import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Filter, Schemas } from "@/api/types";
import type { Measure } from "@/fields/rollUp";
import type { Texts } from "@/ui/languages";

export type CustomField = Schemas["CustomFieldOut"];
export type FieldKind = CustomField["type"];
export type Mask = CustomField["masks"][string];

export interface Choice {
  value: string;
  labels: Texts;
  color?: string | null;
  archived?: boolean;
}

/** What a field says of itself beyond its name, by its type; the server knows which fits. */
export interface Settings {
  min_length?: number;
  max_length?: number;
  pattern?: string;
  decimal_places?: number;
  min?: string;
  max?: string;
  currency?: string;
  choices?: Choice[];
  target?: string;
  default?: unknown;
  formula?: string;
  related?: string;
  measure?: Measure;
  field?: string;
  by?: string;
  filter?: Filter;
  required_when?: Filter;
  locked_when?: Filter;
}

/** A field as it is being written. */
export interface Draft {
  object: string;
  key?: string;
  type: FieldKind;
  labels: Texts;
  help: Texts;
  required: boolean;
  personal: boolean;
  settings: Settings;
  masks: Record<string, Mask>;
}

export const customFieldsQuery = queryOptions({
  queryKey: ["custom-fields"],
  queryFn: ({ signal }) => get<Schemas["FieldsOut"]>("/custom-fields", {}, signal),
  refetchInterval: ({ state }) =>
    state.data?.items.some(({ index }) => index?.state === "working") ? 1_500 : false,
});

export type Trial = Schemas["FormulaOut"];

/** What is wrong with a formula, or what it gives for one record. */
export const formulaQuery = (
  object: string,
  key: string | undefined,
  formula: string,
  decimal_places: number | undefined,
) =>
  queryOptions({
    queryKey: ["custom-fields", "formula", object, key, formula, decimal_places],
    queryFn: ({ signal }) =>
      request<Trial>("POST", "/custom-fields/formula", {
        body: { object, key, formula, decimal_places },
        signal,
      }).then(({ data }) => data),
    enabled: formula.trim() !== "",
  });

const address = ({ id }: CustomField, verb = "") => `/custom-fields/${id}${verb}`;

export const createField = (draft: Draft) =>
  request<CustomField>("POST", "/custom-fields", { body: draft });

export const changeField = (field: CustomField, draft: Draft) => {
  const { object: _object, key: _key, type: _type, ...body } = draft;
  return request<CustomField>("PATCH", address(field), { body });
};

export const archiveField = (field: CustomField) =>
  request<CustomField>("POST", address(field, "/archive"));

export const restoreField = (field: CustomField) =>
  request<CustomField>("POST", address(field, "/restore"));

export const setIndexed = (field: CustomField, indexed: boolean) =>
  request<CustomField>(indexed ? "POST" : "DELETE", address(field, "/index"));

export const orderFields = (object: string, ids: string[]) =>
  request("POST", "/custom-fields/order", { body: { object, ids } });
