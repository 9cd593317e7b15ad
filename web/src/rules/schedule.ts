/** Times at which a rule holds, as in `when` of a rule: "mon-fri 22:00-06:00". The server asks again. */

import { locale } from "../texts";

export const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"] as const;
/** As in config/rule.py. */
export const MAX_TIMES = 16;

/** days: by number, Monday is 0. from and to: "22:00"; null: the whole day. */
export type Times = { days: readonly number[]; hours: { from: string; to: string } | null };

const ENTRY = /^(?:([a-z][a-z,\s-]*?)\s*)?(?:(\d\d:\d\d)\s*-\s*(\d\d:\d\d))?$/;
/** A Monday. */
const MONDAY = Date.UTC(2024, 0, 1, 12);
const DAY_MS = 86_400_000;
const SHORT_DAY = new Intl.DateTimeFormat(locale, { weekday: "short", timeZone: "UTC" });
const LONG_DAY = new Intl.DateTimeFormat(locale, { weekday: "long", timeZone: "UTC" });

/** null: it is none. */
export function timesOf(entry: string): Times | null {
  const [, named, from, end] = ENTRY.exec(entry.trim().toLowerCase()) ?? [];
  if (!named && !from) return null;
  const days = named ? daysOf(named) : DAYS.map((_, day) => day);
  const to = end === "24:00" ? "00:00" : end;
  if (!days || !from || !to) return days && { days, hours: null };
  return { days, hours: end === "24:00" && from === to ? null : { from, to } };
}

export function entryOf({ days, hours }: Times): string {
  const named = runsOf(days).map(([first, last]) => rangeOf(first, last, (day) => DAYS[day] ?? "", "-"));
  if (!hours) return named.join(",");
  const span = `${hours.from}-${hours.to}`;
  return days.length === DAYS.length ? span : `${named.join(",")} ${span}`;
}

/** For people: "Mon–Fri 22:00–06:00". What is not understood stays as it is. */
export function entryInWords(entry: string): string {
  const times = timesOf(entry);
  if (!times) return entry;
  const { days, hours } = times;
  const named = runsOf(days).map(([first, last]) => rangeOf(first, last, shortDay, "–"));
  const isDaily = days.length === DAYS.length && hours !== null;
  return [...(isDaily ? [] : [named.join(", ")]), ...(hours ? [`${hours.from}–${hours.to}`] : [])].join(" ");
}

/** A span that begins when it ends is none. */
export function isSpan({ hours }: Times): boolean {
  return hours === null || hours.from !== hours.to;
}

export const shortDay = (day: number) => SHORT_DAY.format(MONDAY + day * DAY_MS);
export const longDay = (day: number) => LONG_DAY.format(MONDAY + day * DAY_MS);

function daysOf(named: string): number[] | null {
  const days = new Set<number>();
  for (const part of named.split(",")) {
    const ends = part.split("-").map((name) => (DAYS as readonly string[]).indexOf(name.trim()));
    const [first, last = first] = ends;
    if (first === undefined || last === undefined || ends.length > 2 || ends.includes(-1)) return null;
    for (let n = 0; n <= (last - first + DAYS.length) % DAYS.length; n++) days.add((first + n) % DAYS.length);
  }
  return [...days].toSorted();
}

/** First and last of each run of days. days: in order. */
function runsOf(days: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (run && run[1] === day - 1) run[1] = day;
    else runs.push([day, day]);
  }
  return runs;
}

function rangeOf(first: number, last: number, name: (day: number) => string, to: string): string {
  return first === last ? name(first) : `${name(first)}${to}${name(last)}`;
}
