/** What the report asks somebody to check: what it is called, where it is, and whether it is dealt with. */

import { texts } from "../texts";
import { type Box, holds, newBox, type Size, within, type Xyxy } from "./box";
import type { Doubt } from "./report";

/** A cover for what is missed is a little larger and longer than what was seen of it: nobody is seen from their first moment. */
const PADDING = 0.1;
const PADDING_S = 0.5;

/** Seen a little before and after its time too, since somebody goes there to look around. */
export function isShownAt(doubt: Doubt, timeS: number): boolean {
  return doubt.start_s - PADDING_S <= timeS && timeS <= doubt.end_s + PADDING_S;
}

/** A third of the picture: "top left". */
export function placeOf([left, top, right, bottom]: Xyxy, { width, height }: Size): string {
  const third = (share: number) => Math.min(2, Math.max(0, Math.floor(3 * share)));
  const row = third((top + bottom) / 2 / height);
  const column = third((left + right) / 2 / width);
  return texts.redact.look.places[3 * row + column] ?? "";
}

export function coverFor(doubt: Doubt, size: Size, durationS: number | null): Box {
  const [left, top, right, bottom] = doubt.xyxy;
  const [x, y] = [PADDING * (right - left), PADDING * (bottom - top)];
  const endS = doubt.end_s + PADDING_S;
  return newBox(
    within([left - x, top - y, right + x, bottom + y], size),
    Math.max(0, doubt.start_s - PADDING_S),
    durationS ? Math.min(endS, durationS) : endS,
  );
}

/** The box that hides it all the time, of those that somebody drew. */
export function hiddenBy(doubt: Doubt, boxes: readonly Box[]): number {
  return boxes.findIndex((box) => holds(box, doubt.xyxy, doubt.start_s, doubt.end_s));
}
