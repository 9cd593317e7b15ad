/** The page as an app: its service worker (public/sw.js), which shows messages, and the browser's offer to install it. */

import { useSyncExternalStore } from "react";
import { goTo } from "./routes";

/** Chromium's, which no specification has yet. */
type InstallOffer = Event & { prompt: () => Promise<unknown> };

let offer: InstallOffer | null = null;
const listeners = new Set<() => void>();

function setOffer(next: InstallOffer | null): void {
  offer = next;
  for (const each of listeners) each();
}

/** Call once, as early as possible. */
export function serveMessages(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault(); // it is offered where messages are turned on
    setOffer(event as InstallOffer);
  });
  window.addEventListener("appinstalled", () => setOffer(null));
  if (!("serviceWorker" in navigator)) return; // not over plain HTTP
  navigator.serviceWorker.register("./sw.js").catch(() => {}); // where a certificate is not trusted, there are no messages
  navigator.serviceWorker.addEventListener("message", ({ data }) => {
    if (typeof data?.where === "string" && data.where.startsWith("#/")) goTo(data.where);
  });
}

/** Asks the user to install the page; null: the browser does not offer it, or it is installed. */
export function useInstall(): (() => Promise<void>) | null {
  const current = useSyncExternalStore(listen, () => offer);
  if (!current) return null;
  return async () => {
    await current.prompt();
    setOffer(null);
  };
}

export const isInstalled = (): boolean => matchMedia("(display-mode: standalone)").matches;

function listen(changed: () => void): () => void {
  listeners.add(changed);
  return () => listeners.delete(changed);
}
