/** What goes on now in front of each camera: of the last day, which is all that a tile can be about. */

import { get } from "../api/client";
import { useAsked } from "../api/use";
import { useMay } from "../app/session";
import { type Event, kindOf } from "../events/facts";
import { nowS, ticksOf } from "../media/times";

const EVERY_MS = 4000;
const LONGEST_S = 86_400;
const MOST = 99;

export type Happening = { id: number; words: string };

/** By camera, in words, the newest of each. */
export function useHappening(): ReadonlyMap<string, Happening> {
  const maySee = useMay()("events:see");
  const { answer } = useAsked(
    async (signal) => {
      if (!maySee) return [];
      const query = { is_open: true, from_90k: ticksOf(nowS() - LONGEST_S), most: MOST };
      return (await get("/api/events", { query, signal })).events;
    },
    `happening ${maySee}`,
    EVERY_MS,
  );
  const found = new Map<string, Happening>();
  for (const each of (answer ?? []).filter(isShown)) {
    if (!found.has(each.camera)) found.set(each.camera, { id: each.id, words: kindOf(each.kind) });
  }
  return found;
}

/** What is wrong with a camera is in its state already. */
const isShown = (event: Event): boolean => event.state !== "false" && event.kind !== "camera";
