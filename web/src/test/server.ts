import { setupServer } from "msw/node";
import { afterAll, afterEach, beforeAll } from "vitest";

/** A pretended server for one test file; whatever a test does not expect fails it. */
export function pretendServer(...handlers: Parameters<typeof setupServer>) {
  const server = setupServer(...handlers);
  beforeAll(() => server.listen({ onUnhandledRequest: "error" }));
  afterEach(() => server.resetHandlers());
  afterAll(() => server.close());
  return server;
}
