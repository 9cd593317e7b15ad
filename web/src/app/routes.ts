/** Where somebody is in the page: `#/section/rest?query`. After the #, so that no server is told of it. */

import { useSyncExternalStore } from "react";

/** path: what is between the slashes; the first is the section. */
export type Route = { path: readonly string[]; query: URLSearchParams };

export function routeOf(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  return { path: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

/** For an href. Camera names need no escaping, all else is escaped. */
export function hashOf(path: readonly string[], query: Record<string, string> = {}): string {
  const search = new URLSearchParams(query).toString();
  return `#/${path.map((each) => encodeURIComponent(each).replaceAll("%2B", "+")).join("/")}${search ? `?${search}` : ""}`;
}

/** replace: without a step in the history. */
export function goTo(hash: string, replace = false): void {
  if (!replace) {
    location.hash = hash;
    return;
  }
  history.replaceState(null, "", hash);
  window.dispatchEvent(new HashChangeEvent("hashchange"));
}

export function useRoute(): Route {
  return routeOf(useSyncExternalStore(listen, () => location.hash));
}

function listen(tell: () => void): () => void {
  window.addEventListener("hashchange", tell);
  return () => window.removeEventListener("hashchange", tell);
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // typed by hand
  }
}
