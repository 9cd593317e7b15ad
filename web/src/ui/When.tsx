/** A moment: local, with the whole date and UTC when pointed at. */

import { dayOf, momentOf, secondsOf, timeOf } from "../media/times";

/** at90k: UTC, 1/90000 s since 1970. */
export function When({ at90k }: { at90k: number }) {
  const atS = secondsOf(at90k);
  const iso = new Date(atS * 1000).toISOString();
  return (
    <time className="numbers" dateTime={iso} title={`${dayOf(atS)}, ${timeOf(atS)} (${iso.slice(0, 19)} UTC)`}>
      {momentOf(atS)}
    </time>
  );
}
