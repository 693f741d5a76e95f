import { queryOptions } from "@tanstack/react-query";
import { get, request } from "@/api/client";
import type { Schemas, Session } from "@/api/types";

export type Factor = Schemas["FactorOut"];

export const factorsQuery = queryOptions({
  queryKey: ["factors"],
  queryFn: () => get<Schemas["FactorsOut"]>("/factors"),
});

const post = async <T>(path: string, body: object) =>
  (await request<T>("POST", path, { body })).data;

export const proveCode = (code: string) => post<Session>("/session/code", { code });

export const beginTotp = (password: string) =>
  post<Schemas["TotpOut"]>("/factors/totp", { password });

export const confirmTotp = (code: string) =>
  post<{ codes: string[] }>("/factors/totp/confirm", { code });

export const newCodes = (password: string) =>
  post<{ codes: string[] }>("/factors/codes", { password });

export const removeFactor = (id: string, password: string) =>
  post<undefined>(`/factors/${id}/remove`, { password });

export const removeFactorsOf = (person: string) => request("DELETE", `/people/${person}/factors`);

/** Browsers that speak WebAuthn in JSON, on a page that may. */
export const hasPasskeys = () =>
  window.isSecureContext &&
  typeof PublicKeyCredential === "function" &&
  "parseRequestOptionsFromJSON" in PublicKeyCredential;

const answerOf = (credential: Credential | null) => {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("No passkey");
  return credential.toJSON();
};

/** Signs in by whichever passkey of this site somebody chooses, or after the password by one of theirs. */
export async function signInByPasskey() {
  const asked = await get<{ publicKey: PublicKeyCredentialRequestOptionsJSON }>("/session/passkey");
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(asked.publicKey);
  const answer = answerOf(await navigator.credentials.get({ publicKey }));
  return post<Session>("/session/passkey", { answer });
}

export async function addPasskey(name: string, password: string) {
  const asked = await post<{ publicKey: PublicKeyCredentialCreationOptionsJSON }>(
    "/factors/passkey",
    { password },
  );
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(asked.publicKey);
  const answer = answerOf(await navigator.credentials.create({ publicKey }));
  await post<undefined>("/factors/passkey/confirm", { name, answer });
}
