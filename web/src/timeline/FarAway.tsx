/** Says where the recordings of a time are, if they have to be fetched from another place, or cannot be. */

import { useSyncExternalStore } from "react";
import { momentOf } from "../media/times";
import { texts } from "../texts";
import { Note } from "../ui";
import type { Playback } from "./playback";
import { type Elsewhere, elsewhereAt, type Overview } from "./recordings";

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
      {wordsOf(each)}
    </Note>
  ));
}

function wordsOf({ place, isThere, sinceS }: Elsewhere): string {
  if (isThere) return texts.timeline.isFetched(place);
  return place && sinceS !== null ? texts.timeline.isAway(place, momentOf(sinceS)) : texts.timeline.isNowhere;
}
