import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { ApiError, apiUrl, onSignedOut, request } from "@/api/client";
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
});

describe("apiUrl", () => {
  it("leaves out what is empty", () => {
    expect(apiUrl("/customers", { search: "", sort: "name", cursor: null })).toBe(
      "/api/v1/customers?sort=name",
    );
  });
});
