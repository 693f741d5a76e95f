import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";

/** A program's way in: it acts for its user, as far as its scopes go ("read", "customer:write"). */
export interface Token {
  id: string;
  name: string;
  scopes: string[];
  created_at: string;
  last_used_on: string | null;
}

/** A token as it is told once, with the key that opens. */
export interface NewToken extends Pick<Token, "id" | "name" | "scopes"> {
  key: string;
}

export const tokensQuery = queryOptions({
  queryKey: ["tokens"],
  queryFn: async () => (await get<{ items: Token[] }>("/tokens")).items,
});

export const createToken = async (name: string, scopes: string[]) =>
  (await request<NewToken>("POST", "/tokens", { body: { name, scopes } })).data;

export const revokeToken = (id: string) => request("DELETE", `/tokens/${id}`);
