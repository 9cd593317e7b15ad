/** A moment: local, with the whole date and UTC when pointed at. */

import { dayOf, momentOf, secondsOf, timeOf } from "../media/times";

/** at90k: UTC, 1/90000 s since 1970. after90k: what is said just before it; on the same day, only the time is said. */
export function When({ at90k, after90k }: { at90k: number; after90k?: number }) {
  const atS = secondsOf(at90k);
  const iso = new Date(atS * 1000).toISOString();
  return (
    <time className="numbers" dateTime={iso} title={`${dayOf(atS)}, ${timeOf(atS)} (${iso.slice(0, 19)} UTC)`}>
      {after90k !== undefined && dayOf(secondsOf(after90k)) === dayOf(atS) ? timeOf(atS) : momentOf(atS)}
    </time>
  );
}
