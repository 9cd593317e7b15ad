/** Begins the page. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/App";
import { serveMessages } from "./app/installed";
import { SessionProvider } from "./app/session";
import { showTheme } from "./app/theme";
import { showLanguage } from "./texts";
import { Toasts } from "./ui";
import "./tokens.css";
import "./base.css";
import "./ui/ui.css";

showTheme();
showLanguage();
serveMessages();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <SessionProvider>
        <Toasts>
          <App />
        </Toasts>
      </SessionProvider>
    </StrictMode>,
  );
}
