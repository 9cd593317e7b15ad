/** Where things are on a plan or a map, and on the screen. Pure; it imports nothing, so that tests can run it as it is.
 *
 * A plane has units of its own: the width of a plan, or of the whole world in Web Mercator. x goes right, y down. */

export type Point = { x: number; y: number };
export type Size = { width: number; height: number };
/** What is seen: the point in the middle, and pixels for each unit. */
export type View = Point & { scale: number };
/** The least and the most pixels for each unit. */
export type Limits = { least: number; most: number };
export type Box = { left: number; top: number; right: number; bottom: number };

const EARTH_M = 40_075_016.686;
/** MapLibre's: the world at zoom 0 is so wide. */
const WORLD_PX = 512;

export function toScreen(view: View, size: Size, at: Point): Point {
  return { x: (at.x - view.x) * view.scale + size.width / 2, y: (at.y - view.y) * view.scale + size.height / 2 };
}

export function toPlane(view: View, size: Size, at: Point): Point {
  return { x: view.x + (at.x - size.width / 2) / view.scale, y: view.y + (at.y - size.height / 2) / view.scale };
}

/** Moved by pixels, as a hand moves what it holds. The middle stays within `within`. */
export function panned(view: View, byX: number, byY: number, within: Box): View {
  return kept({ ...view, x: view.x - byX / view.scale, y: view.y - byY / view.scale }, within);
}

/** What is at a place of the screen stays there. */
export function zoomedAt(view: View, size: Size, factor: number, at: Point, limits: Limits, within: Box): View {
  const scale = Math.min(limits.most, Math.max(limits.least, view.scale * factor));
  const fixed = toPlane(view, size, at);
  return kept(
    { scale, x: fixed.x - (at.x - size.width / 2) / scale, y: fixed.y - (at.y - size.height / 2) / scale },
    within,
  );
}

/** All of a box, with some room around it. */
export function fitted(box: Box, size: Size, limits: Limits, room = 0.12): View {
  const width = Math.max(box.right - box.left, 1e-12);
  const height = Math.max(box.bottom - box.top, 1e-12);
  const wanted = Math.min(size.width / width, size.height / height) * (1 - room);
  const scale = Math.min(limits.most, Math.max(limits.least, wanted));
  return { x: (box.left + box.right) / 2, y: (box.top + box.bottom) / 2, scale };
}

/** The smallest box around all of them; null for none. */
export function around(points: readonly Point[]): Box | null {
  if (!points.length) return null;
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (const { x, y } of points) {
    box.left = Math.min(box.left, x);
    box.right = Math.max(box.right, x);
    box.top = Math.min(box.top, y);
    box.bottom = Math.max(box.bottom, y);
  }
  return box;
}

function kept(view: View, within: Box): View {
  return {
    ...view,
    x: Math.min(within.right, Math.max(within.left, view.x)),
    y: Math.min(within.bottom, Math.max(within.top, view.y)),
  };
}

/** Degrees of WGS 84 to the plane of Web Mercator. */
export function mercator(latitude: number, longitude: number): Point {
  const sine = Math.sin((latitude * Math.PI) / 180);
  return { x: longitude / 360 + 0.5, y: 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI) };
}

export function degrees({ x, y }: Point): { latitude: number; longitude: number } {
  const latitude = (Math.atan(Math.sinh((0.5 - y) * 2 * Math.PI)) * 180) / Math.PI;
  return { latitude, longitude: (x - 0.5) * 360 };
}

/** How many metres a unit of the plane is at this height of it. */
export function metresPerUnit(y: number): number {
  return EARTH_M / Math.cosh((0.5 - y) * 2 * Math.PI);
}

export function zoomOf(scale: number): number {
  return Math.log2(scale / WORLD_PX);
}

export function scaleOf(zoom: number): number {
  return WORLD_PX * 2 ** zoom;
}

/** A round length that is at most `mostPx` on the screen: 1, 2 or 5 times a power of ten. */
export function roundLength(metresPerPx: number, mostPx: number): { metres: number; px: number } {
  const most = metresPerPx * mostPx;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = [5, 2, 1].map((each) => each * power).find((each) => each <= most) ?? power;
  return { metres, px: metres / metresPerPx };
}

/** Where the direction points: clockwise from up. */
export function directed(from: Point, bearingDeg: number, far: number): Point {
  const angle = (bearingDeg * Math.PI) / 180;
  return { x: from.x + Math.sin(angle) * far, y: from.y - Math.cos(angle) * far };
}

/** Clockwise from up, 0 to 360. */
export function bearingTo(from: Point, to: Point): number {
  return turned((Math.atan2(to.x - from.x, from.y - to.y) * 180) / Math.PI);
}

export function turned(deg: number): number {
  return ((deg % 360) + 360) % 360;
}

/** The outline of what is seen from a point, for the d of a path. */
export function coneOf(at: Point, bearingDeg: number, angleDeg: number, radius: number): string {
  const r = rounded(radius);
  if (angleDeg >= 360) {
    const [left, y] = [rounded(at.x - radius), rounded(at.y)];
    return `M${left} ${y}a${r} ${r} 0 1 1 ${2 * r} 0a${r} ${r} 0 1 1 ${-2 * r} 0Z`;
  }
  const from = directed(at, bearingDeg - angleDeg / 2, radius);
  const to = directed(at, bearingDeg + angleDeg / 2, radius);
  const isLarge = angleDeg > 180 ? 1 : 0;
  return `M${rounded(at.x)} ${rounded(at.y)}L${rounded(from.x)} ${rounded(from.y)}A${r} ${r} 0 ${isLarge} 1 ${rounded(to.x)} ${rounded(to.y)}Z`;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}

export type Cluster<T> = Point & { all: readonly T[] };

/** What is nearer to each other than `apart` is shown as one, in the middle of it. The first of each cluster is at least
 * `apart` from the first of every other; the order of the marks decides which are first. apart 0: nothing is joined. */
export function clustersOf<T extends Point>(marks: readonly T[], apart: number): Cluster<T>[] {
  if (apart <= 0) return marks.map((each) => ({ x: each.x, y: each.y, all: [each] }));
  const cells = new Map<string, { first: T; all: T[] }[]>();
  const found: { first: T; all: T[] }[] = [];
  for (const each of marks) {
    const [column, row] = [Math.floor(each.x / apart), Math.floor(each.y / apart)];
    let nearest: { first: T; all: T[] } | null = null;
    let nearestFar = apart;
    for (let right = -1; right <= 1; right++) {
      for (let down = -1; down <= 1; down++) {
        for (const other of cells.get(`${column + right} ${row + down}`) ?? []) {
          const far = Math.hypot(other.first.x - each.x, other.first.y - each.y);
          if (far < nearestFar) [nearest, nearestFar] = [other, far];
        }
      }
    }
    if (nearest) {
      nearest.all.push(each);
      continue;
    }
    const begun = { first: each, all: [each] };
    found.push(begun);
    const key = `${column} ${row}`;
    const cell = cells.get(key);
    if (cell) cell.push(begun);
    else cells.set(key, [begun]);
  }
  return found.map(({ all }) => ({ ...middleOf(all), all }));
}

function middleOf(points: readonly Point[]): Point {
  const sum = points.reduce((a, b) => ({ x: a.x + b.x, y: a.y + b.y }), { x: 0, y: 0 });
  return { x: sum.x / points.length, y: sum.y / points.length };
}
