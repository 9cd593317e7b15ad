/** Whether an event has a recording, asked where its picture did not come. */

import { get } from "../api/client";
import { useAsked } from "../api/use";
import { ticksOf } from "../media/times";
import { type Elsewhere, elsewhereOf } from "../timeline/recordings";
import type { Event } from "./facts";

/** elsewhere: at which place it is, if it is not stored yet. */
export type Recording = { isGone: boolean; elsewhere: Elsewhere | undefined };

/** undefined: not asked, or not answered yet. */
export function useRecording(event: Event, isAsked: boolean): Recording | undefined {
  const { camera, start_90k } = event;
  const ask = async (signal: AbortSignal) => {
    if (!isAsked) return undefined;
    const query = { from_90k: start_90k, to_90k: start_90k + ticksOf(1), parts: 1 };
    const { gaps, elsewhere } = await get("/api/cameras/{camera}/timeline", { path: { camera }, query, signal });
    const [first] = gaps;
    const isGone = first !== undefined && first.from_90k <= query.from_90k && first.to_90k >= query.to_90k;
    return { isGone, elsewhere: elsewhere.map(elsewhereOf)[0] };
  };
  return useAsked(ask, `recording ${camera} ${start_90k} ${isAsked}`).answer;
}
