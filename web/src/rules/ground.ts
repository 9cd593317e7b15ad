/** How large a zone is on the ground, by a rectangle on it whose size is known. As in rules/events/ground.py, which asks again. */

import { type Point, type Points, sidesOf } from "./shape";

/** As in rules/events/ground.py. */
const REACH = 5;
const SMALLEST_CORNER = 0.02;

export const isRectangle = (corners: Points) => corners.length === 4 && turnsOneWay(corners);

/** In square metres; null: the corners are not those of a rectangle, or the zone reaches too far towards the horizon.
 *  size: the sides from the first corner to the second and from there to the third, in metres. */
export function areaOf(zone: Points, corners: Points, size: readonly [number, number]): number | null {
  if (!isRectangle(corners)) return null;
  const toGround = mapOf(corners);
  const least = Math.min(...corners.map((each) => toGround(each)[2])) / REACH;
  const seen = zone.map(toGround);
  if (seen.some(([, , nearness]) => nearness < least)) return null;
  const places = seen.map(([u, v, nearness]): Point => [(u / nearness) * size[0], (v / nearness) * size[1]]);
  return Math.abs(sidesOf(places).reduce((sum, [a, b]) => sum + a[0] * b[1] - a[1] * b[0], 0)) / 2;
}

/** From the picture to the square whose corners are (0, 0), (1, 0), (1, 1) and (0, 1), in homogeneous coordinates: the
 *  inverse of the projection in Heckbert, Fundamentals of texture mapping (1989), 2.2.3. */
function mapOf(corners: Points): (point: Point) => [number, number, number] {
  const [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = corners as [Point, Point, Point, Point];
  const [sx, sy] = [x0 - x1 + x2 - x3, y0 - y1 + y2 - y3];
  const [dx1, dy1, dx2, dy2] = [x1 - x2, y1 - y2, x3 - x2, y3 - y2];
  const across = dx1 * dy2 - dx2 * dy1;
  const [g, h] = [(sx * dy2 - dx2 * sy) / across, (dx1 * sy - sx * dy1) / across];
  const [a, b, c] = [x1 - x0 + g * x1, x3 - x0 + h * x3, x0];
  const [d, e, f] = [y1 - y0 + g * y1, y3 - y0 + h * y3, y0];
  const rows: [number, number, number][] = [
    [e - f * h, c * h - b, b * f - c * e],
    [f * g - d, a - c * g, c * d - a * f],
    [d * h - e * g, b * g - a * h, a * e - b * d],
  ];
  const at = (row: readonly number[], [x, y]: Point) => (row[0] ?? 0) * x + (row[1] ?? 0) * y + (row[2] ?? 0);
  const sign = Math.sign(at(rows[2] ?? [], [x0, y0])) || 1;
  return (point) => rows.map((row) => sign * at(row, point)) as [number, number, number];
}

function turnsOneWay(corners: Points): boolean {
  const sides = sidesOf(corners).map(([a, b]): Point => [b[0] - a[0], b[1] - a[1]]);
  const turns = sidesOf(sides).map(([one, next]) => {
    const lengths = Math.hypot(...one) * Math.hypot(...next);
    return lengths === 0 ? 0 : (one[0] * next[1] - one[1] * next[0]) / lengths;
  });
  return Math.min(...turns) > SMALLEST_CORNER || Math.max(...turns) < -SMALLEST_CORNER;
}
