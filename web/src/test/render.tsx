import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import {
  createMemoryHistory,
  createRootRoute,
  createRouter,
  RouterProvider,
} from "@tanstack/react-router";
import { render } from "@testing-library/react";
import { App } from "antd";
import i18next from "i18next";
import type { ReactNode } from "react";
import { initReactI18next } from "react-i18next";
import { metaQuery } from "@/api/meta";
import frame from "@/app/i18n/en.json";
import session from "@/app/session/i18n/en.json";
import { customer } from "@/test/objects";

await i18next.use(initReactI18next).init({
  lng: "en",
  interpolation: { escapeValue: false },
  resources: { en: { translation: { ...frame, ...session } } },
});

/** Draws a piece of the client in English inside everything it stands in: router, queries, toasts. */
export async function renderInApp(children: ReactNode) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  client.setQueryData(metaQuery.queryKey, [customer]);
  const root = createRootRoute({ component: () => <App>{children}</App> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  await router.load();
  const view = render(
    <QueryClientProvider client={client}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return { ...view, client };
}
