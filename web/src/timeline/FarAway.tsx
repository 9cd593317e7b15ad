/** Says where the recordings of a time are, if they have to be fetched from another place, or cannot be. */

import { useSyncExternalStore } from "react";
import { Note } from "../ui";
import type { Playback } from "./playback";
import { type Elsewhere, elsewhereAt, elsewhereInWords, type Overview } from "./recordings";

type FarAwayProps = { playback: Playback; overviews: ReadonlyMap<string, Overview> };

export function FarAway({ playback, overviews }: FarAwayProps) {
  const { atS } = useSyncExternalStore(playback.listen, playback.snapshot);
  const found = new Map<string, Elsewhere>();
  for (const { elsewhere } of overviews.values()) {
    const far = elsewhereAt(elsewhere, atS);
    if (far) found.set(far.place, far);
  }
  return [...found.values()].map((each) => (
    <Note key={each.place} tone={each.isThere ? "calm" : "warn"} icon={each.isThere ? "about" : "warn"}>
      {elsewhereInWords(each)}
    </Note>
  ));
}
