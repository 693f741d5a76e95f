import { fileURLToPath } from "node:url";
import { tanstackRouter } from "@tanstack/router-plugin/vite";
import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

/** Of antd's forms we use none; its inputs ask for their context, a tenth of the library. */
const onlyTheContextOfForms: Plugin = {
  name: "only-the-context-of-forms",
  enforce: "pre",
  resolveId(source, importer) {
    if (source !== "@rc-component/form" || !importer?.endsWith("/antd/es/form/context.js"))
      return null;
    return this.resolve("@rc-component/form/es/FormContext", importer);
  },
};

/** What the start brings along. Pages name what is to be loaded with them; of that they need name no more. */
const started = new Set<string>();
const noteWhatIsStarted: Plugin = {
  name: "note-what-is-started",
  enforce: "pre",
  generateBundle(_options, bundle) {
    const waiting = Object.values(bundle).filter((part) => part.type === "chunk" && part.isEntry);
    for (const part of waiting) {
      if (part.type !== "chunk" || started.has(part.fileName)) continue;
      started.add(part.fileName);
      waiting.push(...part.imports.flatMap((name) => bundle[name] ?? []));
    }
  },
};

/** What most pages need comes in few parts: many small ones pack worse, and each costs a request. */
const together = [
  { name: "start", tags: ["$initial" as const], test: /node_modules/ },
  { name: "icons", minShareCount: 4, test: /lucide-react/ },
];

export default defineConfig({
  plugins: [
    onlyTheContextOfForms,
    noteWhatIsStarted,
    tanstackRouter({
      target: "react",
      autoCodeSplitting: true,
      quoteStyle: "double",
      semicolons: true,
    }),
    react(),
  ],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  // The server replaces this mark with the nonce of its Content-Security-Policy on every response.
  html: { cspNonce: "__CSP_NONCE__" },
  // ECharts is the largest part, and comes only to whoever opens a chart.
  build: {
    target: "es2023",
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, needed, { hostType }) =>
        hostType === "html" ? needed : needed.filter((name) => !started.has(name)),
    },
    chunkSizeWarningLimit: 600,
    rolldownOptions: { output: { codeSplitting: { groups: together } } },
  },
  // The Host header stays as the browser sent it: the server compares it with Origin before any write.
  server: {
    proxy: Object.fromEntries(
      ["/api", "/sso"].map((path) => [
        path,
        { target: process.env.GUANXI_URL ?? "http://localhost:8000" },
      ]),
    ),
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    css: { modules: { classNameStrategy: "non-scoped" } },
    testTimeout: 15_000,
  },
});
