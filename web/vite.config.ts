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

export default defineConfig({
  plugins: [
    onlyTheContextOfForms,
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
  build: { target: "es2023", modulePreload: { polyfill: false }, chunkSizeWarningLimit: 600 },
  // The Host header stays as the browser sent it: the server compares it with Origin before any write.
  server: {
    proxy: { "/api": { target: process.env.GUANXI_URL ?? "http://localhost:8000" } },
  },
  test: {
    environment: "jsdom",
    setupFiles: ["src/test/setup.ts"],
    css: { modules: { classNameStrategy: "non-scoped" } },
    testTimeout: 15_000,
  },
});
