/** In which classes a customer is, why, and the exceptions somebody makes. */
import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import { recordsKey } from "@/api/records";
import type { Filter, Schemas } from "@/api/types";

type Answer = Schemas["CustomerClassOut"];
export type CustomerClass = Omit<Answer, "why"> & {
  why: Omit<Answer["why"], "filter"> & { filter: Filter | null };
};

/** Under the key of customers: whatever changes one may move it into another class. */
export const classesQuery = (customer: string) =>
  queryOptions({
    queryKey: [...recordsKey("customers"), "classes", customer],
    queryFn: async () =>
      (await get<{ items: CustomerClass[] }>(`/customers/${customer}/classes`)).items,
  });

const address = (customer: string, one: CustomerClass) =>
  `/customers/${customer}/classes/${one.id}`;

export const overrideClass = (
  customer: string,
  one: CustomerClass,
  result: string,
  reason: string,
) => request("PUT", address(customer, one), { body: { result, reason } });

export const liftOverride = (customer: string, one: CustomerClass) =>
  request("DELETE", address(customer, one));
