/** Boxes that somebody draws, in pixels of the upright picture, and seconds from its start. */

import type { Schemas } from "../api/client";

/** Left, top, right, bottom. */
export type Xyxy = [number, number, number, number];
export type Size = { width: number; height: number };

/** Where a moving box is at one time. */
export type Place = { atS: number; xyxy: Xyxy };

/** key: of this page alone. fromS, toS: null in a still; toS null: to the end. path: of a box that moves in straight lines,
 * from its first place at fromS to its last at toS; empty for one at rest at xyxy. */
export type Box = { key: number; xyxy: Xyxy; fromS: number; toS: number | null; path: readonly Place[] };

/** A box is at least so wide and high, so that it can be seen and caught. */
export const MIN_PX = 4;
/** What is missed is mostly missed for a moment: so long is a new box there. */
export const NEW_BOX_S = 1;
/** Two places of a moving box are further apart: it is one picture. */
const SAME_TIME_S = 0.01;

let nextKey = 1;

export function newBox(xyxy: Xyxy, fromS: number, toS: number | null, path: readonly Place[] = []): Box {
  return { key: nextKey++, xyxy, fromS, toS, path };
}

export function boxesOf(corrections: readonly Schemas["TimedBox"][]): Box[] {
  return corrections.map(({ xyxy, points = [], start_s, end_s }) => {
    const path = points.map((each): Place => ({ atS: each.t_s, xyxy: each.xyxy as Xyxy }));
    const [first, last] = [path[0], path.at(-1)];
    if (!first || !last) return newBox(xyxy as Xyxy, start_s ?? 0, end_s ?? null);
    const [fromS, toS] = [start_s ?? first.atS, end_s ?? last.atS];
    if (fromS < first.atS) path.unshift({ atS: fromS, xyxy: first.xyxy });
    if (toS > last.atS) path.push({ atS: toS, xyxy: last.xyxy });
    return newBox(first.xyxy, fromS, toS, path.length > 1 ? path : []);
  });
}

export function correctionsOf(boxes: readonly Box[], isVideo: boolean): Schemas["TimedBox"][] {
  return boxes.map(({ xyxy, fromS, toS, path }) => {
    const points = path.map((each) => ({ t_s: each.atS, xyxy: each.xyxy }));
    if (points.length > 0) return { xyxy: null, start_s: null, end_s: null, points };
    return { xyxy, start_s: isVideo ? fromS : null, end_s: isVideo ? toS : null, points };
  });
}

/** Where it is at a time; before and after its own time, where it begins and ends. */
export function xyxyAt({ xyxy, path }: Box, timeS: number | null): Xyxy {
  const after = path.findIndex((each) => timeS !== null && timeS <= each.atS);
  const [one, other] = [path[after - 1], path[after]];
  if (!other) return path.at(-1)?.xyxy ?? xyxy;
  if (!one || timeS === null) return other.xyxy;
  const share = (timeS - one.atS) / (other.atS - one.atS);
  return one.xyxy.map((side, n) => side + ((other.xyxy[n] ?? side) - side) * share) as Xyxy;
}

/** Put somewhere: a moving box at that time, one at rest for all of its time. */
export function placed(box: Box, xyxy: Xyxy, timeS: number | null): Box {
  if (timeS === null || box.path.length === 0) return { ...box, xyxy };
  const atS = clamped(timeS, box.fromS, box.toS ?? timeS);
  const here = box.path.find((each) => Math.abs(each.atS - atS) < SAME_TIME_S);
  const others = box.path.filter((each) => each !== here);
  const path = [...others, { atS: here?.atS ?? atS, xyxy }].sort((a, b) => a.atS - b.atS);
  return { ...box, xyxy: path[0]?.xyxy ?? xyxy, path };
}

export function withoutPlace(box: Box, place: Place): Box {
  return { ...box, path: box.path.filter((each) => each !== place) };
}

/** Moving, from where it is: its last place can then be put elsewhere. endS: of the video. */
export function moving(box: Box, endS: number): Box {
  const toS = box.toS ?? endS;
  return { ...box, toS, path: [box.fromS, toS].map((atS) => ({ atS, xyxy: box.xyxy })) };
}

export function atRest(box: Box, timeS: number): Box {
  return { ...box, xyxy: xyxyAt(box, timeS), path: [] };
}

/** What moves begins and ends where it is then; places in between stay. */
export function during(box: Box, fromS: number, toS: number | null): Box {
  const now = { ...box, fromS, toS };
  if (box.path.length === 0 || toS === null || endsBeforeItBegins(now)) return now;
  const between = box.path.slice(1, -1).filter((each) => fromS < each.atS && each.atS < toS);
  const [first, last] = [fromS, toS].map((atS) => ({ atS, xyxy: xyxyAt(box, atS) })) as [Place, Place];
  return { ...now, xyxy: first.xyxy, path: [first, ...between, last] };
}

export function isAt(box: Box, timeS: number): boolean {
  return box.fromS <= timeS && (box.toS === null || timeS <= box.toS);
}

/** Whether it hides all of a place from one time to another. */
export function holds(box: Box, [left, top, right, bottom]: Xyxy, fromS: number, toS: number): boolean {
  if (!isAt(box, fromS) || !isAt(box, toS)) return false;
  const between = box.path.filter((each) => fromS < each.atS && each.atS < toS).map((each) => each.xyxy);
  const places = [xyxyAt(box, fromS), ...between, xyxyAt(box, toS)];
  return places.every(([x0, y0, x1, y1]) => x0 <= left && y0 <= top && right <= x1 && bottom <= y1);
}

/** Or, where it moves, at the same moment: it would have to be in two places. */
export function endsBeforeItBegins({ fromS, toS, path }: Box): boolean {
  return toS !== null && (path.length > 0 ? toS - fromS < SAME_TIME_S : toS < fromS);
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
  const x0 = clamped(Math.floor(left), 0, width - MIN_PX);
  const y0 = clamped(Math.floor(top), 0, height - MIN_PX);
  return [x0, y0, clamped(Math.ceil(right), x0 + MIN_PX, width), clamped(Math.ceil(bottom), y0 + MIN_PX, height)];
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
