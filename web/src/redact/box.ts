/** Boxes that somebody draws, in pixels of the upright picture, and seconds from its start. */

import type { Schemas } from "../api/client";

/** Left, top, right, bottom. */
export type Xyxy = [number, number, number, number];
export type Size = { width: number; height: number };

/** key: of this page alone. fromS, toS: null in a still; toS null: to the end. */
export type Box = { key: number; xyxy: Xyxy; fromS: number; toS: number | null };

/** A box is at least so wide and high, so that it can be seen and caught. */
export const LEAST_PX = 4;
/** What is missed is mostly missed for a moment: so long is a new box there. */
export const NEW_BOX_S = 1;

let nextKey = 1;

export function newBox(xyxy: Xyxy, fromS: number, toS: number | null): Box {
  return { key: nextKey++, xyxy, fromS, toS };
}

/** From the API; moving boxes, which a program may have made, are not drawn here. */
export function boxesOf(told: readonly Schemas["TimedBox"][]): Box[] {
  return told.flatMap((each) => (each.xyxy ? [newBox(each.xyxy as Xyxy, each.start_s ?? 0, each.end_s ?? null)] : []));
}

export function toldOf(boxes: readonly Box[], isVideo: boolean): Schemas["TimedBox"][] {
  return boxes.map(({ xyxy, fromS, toS }) => ({
    xyxy,
    start_s: isVideo ? fromS : null,
    end_s: isVideo ? toS : null,
    points: [],
  }));
}

export function isAt(box: Box, timeS: number): boolean {
  return box.fromS <= timeS && (box.toS === null || timeS <= box.toS);
}

/** Whether it hides all of a place from one time to another. */
export function holds(box: Box, [left, top, right, bottom]: Xyxy, fromS: number, toS: number): boolean {
  const [x0, y0, x1, y1] = box.xyxy;
  return isAt(box, fromS) && isAt(box, toS) && x0 <= left && y0 <= top && right <= x1 && bottom <= y1;
}

export function endsBeforeItBegins(box: Box): boolean {
  return box.toS !== null && box.toS < box.fromS;
}

export function areSame(one: readonly Box[], other: readonly Box[]): boolean {
  const plain = (boxes: readonly Box[]) => JSON.stringify(boxes.map(({ key: _, ...rest }) => rest));
  return plain(one) === plain(other);
}

/** The box between two corners, whichever way it was drawn; within the picture. */
export function between(a: readonly [number, number], b: readonly [number, number], size: Size): Xyxy {
  return within([Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[0], b[0]), Math.max(a[1], b[1])], size);
}

/** Cut to whole pixels of the picture. */
export function within([left, top, right, bottom]: Xyxy, { width, height }: Size): Xyxy {
  const x0 = clamped(Math.floor(left), 0, width - LEAST_PX);
  const y0 = clamped(Math.floor(top), 0, height - LEAST_PX);
  return [x0, y0, clamped(Math.ceil(right), x0 + LEAST_PX, width), clamped(Math.ceil(bottom), y0 + LEAST_PX, height)];
}

/** Moved as a whole; it stops at the edges. */
export function moved([left, top, right, bottom]: Xyxy, dx: number, dy: number, { width, height }: Size): Xyxy {
  const x = clamped(dx, -left, width - right);
  const y = clamped(dy, -top, height - bottom);
  return [left + x, top + y, right + x, bottom + y];
}

/** Its right lower corner moved. */
export function sized([left, top, right, bottom]: Xyxy, dx: number, dy: number, size: Size): Xyxy {
  return within([left, top, right + dx, bottom + dy], size);
}

/** In the middle, a fifth of the picture wide and a third of it high: about a person. */
export function inTheMiddle({ width, height }: Size): Xyxy {
  return within([0.4 * width, 0.33 * height, 0.6 * width, 0.67 * height], { width, height });
}

function clamped(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}
