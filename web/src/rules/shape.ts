/** Lines, zones and arrows over a picture: points are shares of its width and height. */

import type { Size } from "../redact/box";

export type Point = readonly [number, number];
export type Points = readonly Point[];

/** What a rule may have of these, in the order in which they are drawn. */
export const SHAPES = ["zone", "ground", "line", "arrow"] as const;
export type Shape = (typeof SHAPES)[number];

export const isClosed = (shape: Shape) => shape === "zone" || shape === "ground";

/** As in config/rule.py, which asks again. */
export const MAX_CORNERS = 32;
export const MIN_CORNERS = 3;
const SMALLEST_AREA = 1e-4;
/** Shares are kept to a ten-thousandth: less than a pixel. */
const PLACES = 1e4;

/** Whether two sides that are not neighbours meet: it is not clear then what is inside. */
export function crossesItself(corners: Points): boolean {
  const sides = sidesOf(corners);
  return sides.some(([p, q], i) =>
    sides.slice(i + 2).some(([a, b], n) => (i + 2 + n + 1) % sides.length !== i && meet(p, q, a, b)),
  );
}

export function isTooSmall(corners: Points): boolean {
  const sum = sidesOf(corners).reduce((total, [a, b]) => total + cross(a, b), 0);
  return Math.abs(sum) / 2 < SMALLEST_AREA;
}

/** Each side from its first point to its second; the last leads back to the first. */
export function sidesOf(corners: Points): [Point, Point][] {
  return corners.map((each, index) => [each, corners[(index + 1) % corners.length] ?? each]);
}

export function middleOf(points: Points): Point {
  const sum = points.reduce<[number, number]>(([x, y], each) => [x + each[0], y + each[1]], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** Within the picture, and to the border or a point of another rule if it is that near. near: per direction. */
export function snapped(point: Point, others: Points, near: Point): Point {
  const there = others.find((each) => Math.abs(each[0] - point[0]) < near[0] && Math.abs(each[1] - point[1]) < near[1]);
  return there ?? within([toBorder(point[0], near[0]), toBorder(point[1], near[1])]);
}

export function within([x, y]: Point): Point {
  return [rounded(Math.min(1, Math.max(0, x))), rounded(Math.min(1, Math.max(0, y)))];
}

/** Moved as a whole; it stops at the edges. */
export function moved(points: Points, [dx, dy]: Point): Points {
  const [xs, ys] = [points.map((each) => each[0]), points.map((each) => each[1])];
  const x = Math.min(Math.max(dx, -Math.min(...xs)), 1 - Math.max(...xs));
  const y = Math.min(Math.max(dy, -Math.min(...ys)), 1 - Math.max(...ys));
  return points.map((each) => within([each[0] + x, each[1] + y]));
}

export function inPixels([x, y]: Point, { width, height }: Size): Point {
  return [x * width, y * height];
}

/** What is beside the middle of a line, to the right of somebody who goes along it, so many pixels away; less than 0: to
 *  the left. In shares. */
export function beside([a, b]: readonly [Point, Point], size: Size, away: number): Point {
  const [from, to] = [inPixels(a, size), inPixels(b, size)];
  const [dx, dy] = [to[0] - from[0], to[1] - from[1]];
  const length = Math.hypot(dx, dy) || 1;
  const [x, y] = middleOf([from, to]);
  return [(x - (dy / length) * away) / size.width, (y + (dx / length) * away) / size.height];
}

function toBorder(value: number, near: number): number {
  if (value < near) return 0;
  return value > 1 - near ? 1 : value;
}

function meet(p: Point, q: Point, a: Point, b: Point): boolean {
  const [way, line]: Point[] = [minus(q, p), minus(b, a)];
  const across = cross(way as Point, line as Point);
  if (Math.abs(across) < 1e-9) return false;
  const offset = minus(a, p);
  const [one, other] = [cross(offset, line as Point) / across, cross(offset, way as Point) / across];
  return 0 <= one && one <= 1 && 0 <= other && other <= 1;
}

function minus(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1]];
}

function cross(u: Point, v: Point): number {
  return u[0] * v[1] - u[1] * v[0];
}

const rounded = (share: number) => Math.round(share * PLACES) / PLACES;
