/** What cameras are placed on, as a plane: the floor plan of a site, or the ground under the coordinates. */

import type { Schemas } from "../api/client";
import { type Box, degrees, type Limits, mercator, metresPerUnit, type Point, scaleOf, turned } from "./plane";

export type Place = Schemas["CameraPlace"]["place"];
export type Site = Schemas["SiteShown"];
export type TileSet = Schemas["TileSetShown"];

/** site: null: the ground. box: where something can be. */
export type Ground = { site: Site | null; box: Box; limits: Limits };

/** Of a site that has no plan yet. */
const USUAL_SHAPE = 3 / 4;
const MAX_ZOOM = 22;
const WORLD: Box = { left: 0, top: 0, right: 1, bottom: 1 };

export function groundOf(site: Site | null): Ground {
  if (!site) return { site, box: WORLD, limits: { least: scaleOf(0), most: scaleOf(MAX_ZOOM) } };
  const bottom = shapeOf(site);
  return { site, box: { left: 0, top: 0, right: 1, bottom }, limits: { least: 100, most: 20_000 } };
}

/** A plan's height, of its width. */
export function shapeOf(site: Site): number {
  return site.plan ? site.plan.height_px / site.plan.width_px : USUAL_SHAPE;
}

export function isOn(place: Place, { site }: Ground): boolean {
  return "site" in place ? place.site === site?.name : site === null;
}

export function pointOf(place: Place, { site }: Ground): Point {
  if ("site" in place) return { x: place.x_share, y: place.y_share * (site ? shapeOf(site) : USUAL_SHAPE) };
  return mercator(place.latitude, place.longitude);
}

/** How far it sees, in units of the plane. */
export function reachOf(place: Place): number {
  if ("site" in place) return place.range_share;
  return place.range_m / metresPerUnit(mercator(place.latitude, place.longitude).y);
}

export function movedTo(place: Place, at: Point, { site, box }: Ground): Place {
  const [x, y] = [within(at.x, box.left, box.right), within(at.y, box.top, box.bottom)];
  if ("site" in place) return { ...place, x_share: exact(x, 4), y_share: exact(y / (site ? shapeOf(site) : 1), 4) };
  const { latitude, longitude } = degrees({ x, y });
  return { ...place, latitude: exact(within(latitude, -85, 85), 6), longitude: exact(longitude, 6) };
}

/** reach: in units of the plane. */
export function aimed(place: Place, bearingDeg: number, reach: number): Place {
  const bearing_deg = exact(turned(bearingDeg), 1) % 360;
  if ("site" in place) return { ...place, bearing_deg, range_share: within(exact(reach, 4), 0.005, 2) };
  const metres = reach * metresPerUnit(mercator(place.latitude, place.longitude).y);
  return { ...place, bearing_deg, range_m: within(exact(metres, 1), 1, 100_000) };
}

export function opened(place: Place, angleDeg: number): Place {
  return { ...place, angle_deg: within(Math.round(angleDeg), 1, 360) };
}

/** For a camera that has no place here yet. metresPerPx, unitsPerPx: so that it can be seen as it is shown now. */
export function newPlace(at: Point, unitsPerPx: number, ground: Ground): Place {
  const cone = { bearing_deg: 0, angle_deg: 70 };
  if (ground.site) {
    return movedTo({ site: ground.site.name, x_share: 0, y_share: 0, range_share: 0.15, ...cone }, at, ground);
  }
  const placed = movedTo({ latitude: 0, longitude: 0, range_m: 30, ...cone }, at, ground);
  return aimed(placed, 0, Math.min(unitsPerPx * 90, 500 / metresPerUnit(at.y)));
}

export function boxOfTiles([west = -180, south = -85, east = 180, north = 85]: readonly number[]): Box {
  const [start, end] = [mercator(within(north, -85, 85), west), mercator(within(south, -85, 85), east)];
  return { left: start.x, top: start.y, right: end.x, bottom: end.y };
}

function within(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function exact(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}
