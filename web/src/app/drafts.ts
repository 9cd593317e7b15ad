/** What somebody began and has not saved: kept in memory while they are elsewhere in the page, asked about before it closes. */

import { useEffect } from "react";

const kept = new Map<string, unknown>();
let owner: string | null = null;

window.addEventListener("beforeunload", (event) => {
  if (kept.size > 0) event.preventDefault();
});

/** undefined: nothing is kept. */
export function draftOf<T>(key: string): T | undefined {
  return kept.get(key) as T | undefined;
}

export function dropDraft(key: string): void {
  kept.delete(key);
}

/** Keeps `unsaved` under `key`, also after what uses this is gone. null: all is saved; undefined: not known yet. */
export function useDraft<T extends object>(key: string, unsaved: T | null | undefined): void {
  useEffect(() => {
    if (unsaved) kept.set(key, unsaved);
    else if (unsaved === null) kept.delete(key);
  }, [key, unsaved]);
}

export function dropDrafts(): void {
  kept.clear();
}

/** Drafts are of one user: whoever signs in next does not find them. Whose session ended signs in again and does. */
export function draftsAreOf(name: string | null): void {
  if (name === null) return;
  if (owner !== name) dropDrafts();
  owner = name;
}
