/** Above the strip, at the place that is pointed at: the time, how the camera was, and a small picture of then. */

import { useState } from "react";
import { wordOf } from "../camera/StateBadge";
import { momentOf, utcTimeOf } from "../media/times";
import type { Row } from "./draw";
import { happenedAt, stateAt } from "./recordings";
import { useThumbnail, wantedAt } from "./thumbnails";

/** row: the camera that is pointed at. x: px from the left of the strip. */
export type Pointed = { row: Row | undefined; atS: number; x: number; isDragging: boolean };

/** Half as wide as it can be, px: nothing of it is outside the strip. */
const HALF_PX = 130;
const NEAR_PX = 4;

type HintProps = { at: Pointed; spanS: number; width: number };

export function Hint({ at: { row, atS, x, isDragging }, spanS, width }: HintProps) {
  const picture = useThumbnail(row ? wantedAt(row.name, row.overview, atS, spanS) : null, isDragging);
  const [broken, setBroken] = useState<string | null>(null);
  const state = row?.overview && stateAt(row.overview.health, atS);
  const happened = row?.overview && happenedAt(row.overview.events, atS, (NEAR_PX / width) * spanS);
  const parts = [
    momentOf(atS),
    utcTimeOf(atS),
    ...(state ? [wordOf(state.what)] : []),
    ...(happened ? [happened.words] : []),
  ];
  const left = Math.min(width - HALF_PX, Math.max(HALF_PX, x));
  return (
    <div className="scrubber-hint numbers" style={{ left }} aria-hidden="true">
      {picture && picture !== broken && <img src={picture} alt="" onError={() => setBroken(picture)} />}
      <span>{parts.join(" · ")}</span>
    </div>
  );
}
