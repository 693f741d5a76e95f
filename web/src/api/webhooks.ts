import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas } from "@/api/types";

export type Webhook = Schemas["WebhookOut"];
export type WebhookValues = Schemas["WebhookIn"];
export type Delivery = Schemas["DeliveryOut"];

export const webhooksQuery = queryOptions({
  queryKey: ["webhooks"],
  queryFn: async () => (await get<Schemas["WebhooksOut"]>("/webhooks")).items,
});

const soon = 2000; // milliseconds until a message on its way is looked at again

export const deliveriesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ["webhooks", id, "deliveries"],
    queryFn: ({ pageParam }) =>
      get<Schemas["DeliveriesOut"]>(`/webhooks/${id}/deliveries`, { cursor: pageParam }),
    initialPageParam: null as number | null,
    getNextPageParam: ({ next }) => next,
    staleTime: 0,
    refetchInterval: ({ state: { data } }) =>
      data?.pages[0]?.items.some(({ state }) => state === "waiting") ? soon : false,
  });

export const createWebhook = async (body: WebhookValues) =>
  (await request<Schemas["CreatedOut"]>("POST", "/webhooks", { body })).data;

export const changeWebhook = async (id: string, body: Schemas["WebhookChange"]) =>
  (await request<Webhook>("PATCH", `/webhooks/${id}`, { body })).data;

export const deleteWebhook = (id: string) => request("DELETE", `/webhooks/${id}`);

export const renewSecret = async (id: string) =>
  (await request<Schemas["SecretOut"]>("POST", `/webhooks/${id}/secret`)).data.secret;

export const testWebhook = (id: string) => request("POST", `/webhooks/${id}/test`);

export const sendAgain = (id: string, delivery: number) =>
  request("POST", `/webhooks/${id}/deliveries/${delivery}/again`);
