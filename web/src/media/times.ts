/** Times as people read them: local, with UTC where it matters. Times are UTC, in s or in ticks of 1/90000 s since 1970. */

import { locale, texts } from "../texts";

const TIME = new Intl.DateTimeFormat(locale, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const HOUR = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat(locale, { weekday: "short", day: "numeric", month: "short" });
const DATE = new Intl.DateTimeFormat(locale, {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
});

const TICKS_PER_S = 90_000;

export const secondsOf = (ticks90k: number): number => ticks90k / TICKS_PER_S;
export const ticksOf = (seconds: number): number => Math.round(seconds * TICKS_PER_S);
export const nowS = (): number => Date.now() / 1000;

/** 14:03:27 */
export const timeOf = (atS: number): string => TIME.format(atS * 1000);
/** 14:03 */
export const hourOf = (atS: number): string => HOUR.format(atS * 1000);
/** Sun 22 Nov */
export const dayOf = (atS: number): string => DAY.format(atS * 1000);
export const dateOf = (atS: number): string => DATE.format(atS * 1000);

/** 14:03:27 UTC */
export function utcTimeOf(atS: number): string {
  return `${new Date(atS * 1000).toISOString().slice(11, 19)} UTC`;
}

/** The time alone today, with its day before. */
export function momentOf(atS: number): string {
  return dayOf(atS) === dayOf(nowS()) ? timeOf(atS) : `${dayOf(atS)}, ${timeOf(atS)}`;
}

/** As somebody would type it, local: 2026-11-22 and 14:03:27. */
export function typedOf(atS: number): { day: string; time: string } {
  const at = new Date(atS * 1000);
  const two = (count: number) => String(count).padStart(2, "0");
  return { day: `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`, time: timeOf(atS) };
}

/** The moment that somebody typed, seconds since 1970; null: it is none. */
export function momentTyped(day: string, time: string): number | null {
  const [, hours, minutes, seconds = "00"] = /^\s*(\d{1,2})[:.](\d\d)(?:[:.](\d\d))?\s*$/.exec(time) ?? [];
  if (!/^\d{4}-\d\d-\d\d$/.test(day) || !hours || !minutes) return null;
  const atMs = new Date(`${day}T${hours.padStart(2, "0")}:${minutes}:${seconds}`).getTime();
  return Number.isFinite(atMs) ? atMs / 1000 : null;
}

/** 45 s, 12 min, 3 h, 2 d */
export function lengthOf(seconds: number): string {
  if (seconds < 90) return texts.ui.seconds(Math.round(seconds));
  if (seconds < 90 * 60) return texts.ui.minutes(Math.round(seconds / 60));
  if (seconds < 36 * 3600) return texts.ui.hours(Math.round(seconds / 3600));
  return texts.ui.days(Math.round(seconds / 86400));
}
