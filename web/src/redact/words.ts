/** Times, sizes and shares as people read them. */

import { hourOf, secondsOf } from "../media/times";

/** `1:23.4`, and with hours where there are any. */
export function clock(seconds: number): string {
  const tenths = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  const s = (tenths % 600) / 10;
  const minutes = Math.floor(tenths / 600) % 60;
  const hours = Math.floor(tenths / 36000);
  const rest = `${String(minutes).padStart(hours ? 2 : 1, "0")}:${s.toFixed(1).padStart(4, "0")}`;
  return hours ? `${hours}:${rest}` : rest;
}

export function inBytes(count: number): string {
  if (count < 1e6) return `${Math.max(1, Math.round(count / 1e3))} kB`;
  return count < 1e9 ? `${Math.round(count / 1e5) / 10} MB` : `${Math.round(count / 1e7) / 100} GB`;
}

export function inPercent(share: number): string {
  const percent = 100 * share;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** A time of day, from ticks of 1/90000 s since 1970. */
export function timeOfDay(at90k: number): string {
  return hourOf(secondsOf(at90k));
}
