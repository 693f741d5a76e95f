import { QueryClient } from "@tanstack/react-query";
import { HttpResponse, http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { ApiError, apiUrl, onSignedOut, onWait, request, setLeaving } from "@/api/client";
import { sessionQuery, signOut } from "@/api/session";
import { pretendServer } from "@/test/server";

const url = "*/api/v1/customers/1";
const server = pretendServer();

describe("request", () => {
  it("gives version and undo id with the record", async () => {
    server.use(
      http.patch(url, () =>
        HttpResponse.json({ id: "1" }, { headers: { ETag: '"7"', "X-Request-Id": "r1" } }),
      ),
    );
    const answer = await request("PATCH", "/customers/1", { body: { name: "张伟" } });
    expect(answer).toEqual({ data: { id: "1" }, etag: '"7"', requestId: "r1" });
  });

  it("turns a problem into messages by field", async () => {
    const errors = [
      { field: "email", message: "Not an e-mail." },
      { field: null, message: "Refused." },
    ];
    server.use(
      http.patch(url, () => HttpResponse.json({ title: "Invalid", errors }, { status: 422 })),
    );
    const error = await request("PATCH", "/customers/1", { body: {} }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).fields).toEqual({ email: "Not an e-mail.", "": "Refused." });
  });

  it("sends an edit again after signing in again", async () => {
    let signedIn = false;
    server.use(
      http.patch(url, async ({ request: sent }) =>
        signedIn
          ? HttpResponse.json(await sent.json())
          : HttpResponse.json({ code: "not_signed_in" }, { status: 401 }),
      ),
    );
    onSignedOut(async () => {
      signedIn = true;
    });
    const { data } = await request("PATCH", "/customers/1", { body: { name: "typed" } });
    expect(data).toEqual({ name: "typed" });
    onSignedOut(null);
  });

  it("keeps who was signed in when it is asked anew who is", async () => {
    const session = (user: object | null) => () => HttpResponse.json({ user });
    server.use(http.get("*/api/v1/session", session({ id: "1" }), { once: true }));
    const client = new QueryClient();
    await client.fetchQuery(sessionQuery);
    server.use(http.get("*/api/v1/session", session(null)));
    onSignedOut(async () => {
      server.use(http.get("*/api/v1/session", session({ id: "1", full_name: "again" })));
    });
    const seen: unknown[] = [];
    client.getQueryCache().subscribe(() => {
      seen.push(client.getQueryData(sessionQuery.queryKey)?.user ?? null);
    });
    await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
    expect(client.getQueryData(sessionQuery.queryKey)?.user).toMatchObject({ full_name: "again" });
    expect(seen).not.toContain(null); // the page would have nobody to be for
    onSignedOut(null);
  });

  it("asks nobody to sign in who is signing out", async () => {
    const out = () => HttpResponse.json({ code: "not_signed_in" }, { status: 401 });
    server.use(
      http.get(url, out),
      http.delete("*/api/v1/session", () => HttpResponse.error()),
    );
    const asked = vi.fn(async () => undefined);
    onSignedOut(asked);
    await expect(signOut()).rejects.toThrow();
    server.use(http.get(url, () => HttpResponse.json({}), { once: true }));
    server.use(http.get(url, out, { once: true }));
    await request("GET", "/customers/1"); // signing out failed: the page goes on
    expect(asked).toHaveBeenCalledOnce();
    server.use(http.get(url, out), http.delete("*/api/v1/session", out));
    const refused = request("GET", "/customers/1");
    expect(await Promise.all([signOut(), Promise.race([refused, "waiting"])])).toEqual([
      null,
      "waiting",
    ]);
    expect(asked).toHaveBeenCalledOnce();
    setLeaving(false);
    onSignedOut(null);
  });

  it("waits as it is told and reads again, but writes nothing twice", async () => {
    const tooMany = { code: "too_many_requests", retry_after: 0.01, detail: "Too many." };
    let asked = 0;
    const answer = () => {
      asked += 1;
      return asked < 3 ? HttpResponse.json(tooMany, { status: 429 }) : HttpResponse.json({});
    };
    server.use(http.get(url, answer), http.patch(url, answer));
    const told = vi.fn();
    onWait(told);
    await request("GET", "/customers/1");
    expect(asked).toBe(3);
    expect(told.mock.calls).toEqual([[0.01], [0.01]]);
    asked = 0;
    await expect(request("PATCH", "/customers/1", { body: {} })).rejects.toThrow("Too many.");
    expect(asked).toBe(1);
    onWait(null);
  });
});

describe("apiUrl", () => {
  it("leaves out what is empty", () => {
    expect(apiUrl("/customers", { search: "", sort: "name", cursor: null })).toBe(
      "/api/v1/customers?sort=name",
    );
  });
});
