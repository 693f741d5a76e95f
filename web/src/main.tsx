import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/App";
import { preferredLanguage, switchLanguage } from "@/app/i18n/i18n";
import "@/app/global.css";

const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

await switchLanguage(preferredLanguage());
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
