/** How many events are new, for the navigation. */

import { useEffect } from "react";
import { get } from "../api/client";
import { useAsked } from "../api/use";
import { useMay } from "../app/session";

const EVERY_MS = 15_000;
const CHANGED = "passerby-events";

/** Called where something is known to have changed: the count is asked for again at once. */
export function eventsChanged(): void {
  window.dispatchEvent(new Event(CHANGED));
}

/** 0 also for who may see none. */
export function useUnread(): number {
  const maySee = useMay()("events:see");
  const { answer, again } = useAsked(
    async (signal) => (maySee ? (await get("/api/events/unread", { signal })).count : 0),
    `unread ${maySee}`,
    EVERY_MS,
  );
  useEffect(() => {
    window.addEventListener(CHANGED, again);
    return () => window.removeEventListener(CHANGED, again);
  }, [again]);
  return answer ?? 0;
}
