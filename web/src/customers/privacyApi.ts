/** What customers ask about their own data, and each step of answering them, with proof. */
import { queryOptions } from "@tanstack/react-query";
import { apiUrl, get, request } from "@/api/client";
import { recordsKey } from "@/api/records";
import type { Job, RecordRow, Schemas } from "@/api/types";

export type Handling = Schemas["RequestStateOut"];
export type Proof = Handling["proofs"][number];

export const requestsPath = "privacy-requests";

/** Under the key of the requests: whoever changes one refreshes it. */
export const handlingQuery = (id: string) =>
  queryOptions({
    queryKey: [...recordsKey(requestsPath), "proof", id],
    queryFn: () => get<Handling>(`/${requestsPath}/${id}/proof`),
  });

export const makeCopy = async (id: string, language: string) =>
  (await request<Job>("POST", `/${requestsPath}/${id}/copy`, { body: { language } })).data;

export const copyUrl = (id: string) => apiUrl(`/${requestsPath}/${id}/copy`);

/** A step that ends or advances the request; the answer is how it stands then. */
export const step = async (
  id: string,
  verb: "answer" | "refuse" | "reopen" | "stop" | "corrections",
  body?: object,
) => (await request<Handling>("POST", `/${requestsPath}/${id}/${verb}`, { body })).data;

export interface PrivacyRow extends RecordRow {
  number: string;
  kind: string;
  state: string;
  due_on: string;
  received_on: string;
}

export const revealsQuery = (customer: string) =>
  queryOptions({
    queryKey: ["reveals", "customer", customer],
    queryFn: () => get<Schemas["RevealsOut"]>(`/customers/${customer}/reveals`),
  });
