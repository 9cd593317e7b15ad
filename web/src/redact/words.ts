/** Times, sizes and shares as people read them. */

import { hourOf, secondsOf } from "../media/times";
import { texts } from "../texts";

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
  if (count < 1e6) return texts.ui.kilobytes(Math.max(1, Math.round(count / 1e3)));
  return count < 1e9 ? texts.ui.megabytes(count / 1e6) : texts.ui.gigabytes(count / 1e9);
}

/** A time of day, from ticks of 1/90000 s since 1970. */
export function timeOfDay(at90k: number): string {
  return hourOf(secondsOf(at90k));
}
