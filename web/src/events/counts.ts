/** Counts of one camera as lines of charts: this period, and the one before it. */

import { get, type Schemas } from "../api/client";
import { secondsOf, ticksOf } from "../media/times";

export type Per = "hour" | "day" | "week";
export const PERS: readonly Per[] = ["hour", "day", "week"];

/** Days that are shown, and by how many the period before is earlier: whole weeks, so that Mondays are beside Mondays. */
const DAYS: Record<Per, number> = { hour: 7, day: 28, week: 26 * 7 };

/** way: left or right of a line; mean or most in a zone. times: the beginnings, s since 1970. now, before: then, and as long
 *  earlier as is compared with. */
export type Line = { rule: string; way: string; times: number[]; now: Counted; before: Counted };
/** counts: null: not known. parts: null: complete, or not known. */
export type Counted = { counts: (number | null)[]; parts: (Part | null)[] };
/** A time that is not over, or not all of which was recorded. minutes: of which something is known. of: all that it has. */
export type Part = { minutes: number; of: number };
/** zones: the mean and the most of each are beside each other. */
export type Found = { lines: Line[]; zones: Line[] };

export const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

/** Days that the comparison is earlier by: a week, but with weeks as long as is shown. */
const backDaysOf = (per: Per): number => (per === "week" ? DAYS.week : 7);

export function periodOf(per: Per, nowMs: number): { from: Date; to: Date } {
  const to = new Date(nowMs);
  const from = new Date(nowMs);
  from.setHours(0, 0, 0, 0);
  from.setDate(from.getDate() - DAYS[per] + 1);
  if (per === "week") from.setDate(from.getDate() - ((from.getDay() + 6) % 7));
  return { from, to };
}

export async function countsOf(camera: string, per: Per, nowMs: number, signal: AbortSignal): Promise<Found> {
  const { from, to } = periodOf(per, nowMs);
  const back = backDaysOf(per);
  const ask = (begin: Date, end: Date) =>
    get("/api/cameras/{camera}/counts", {
      path: { camera },
      query: { from_90k: ticksOf(begin.getTime() / 1000), to_90k: ticksOf(end.getTime() / 1000), per, zone: zone() },
      signal,
    });
  const [now, before] = await Promise.all([ask(from, to), ask(daysAfter(from, -back), daysAfter(to, -back))]);
  const starts = startsOf(from, to, per);
  const times = starts.map(secondsAt);
  const earlier = starts.map((each) => daysAfter(each, -back));
  const lineOf = <Row extends Counts>(
    rule: string,
    way: string,
    rowsOf: RowsOf<Row>,
    countOf: (row: Row) => number,
  ) => ({
    rule,
    way,
    times,
    now: counted(starts, per, rowsOf(now), countOf),
    before: counted(earlier, per, rowsOf(before), countOf),
  });
  const keys = new Set([...now.counts, ...before.counts].map((each) => `${each.way} ${each.rule}`));
  for (const rule of now.rules) for (const way of ["left", "right"]) keys.add(`${way} ${rule}`);
  const lines = [...keys].sort(byRule).map((key) => {
    const [way = "", ...rest] = key.split(" ");
    const rule = rest.join(" ");
    const rowsOf = (all: Answer) => all.counts.filter((each) => each.rule === rule && each.way === way);
    return lineOf(rule, way, rowsOf, (row) => row.count);
  });
  const zones = now.zones.flatMap((rule) => {
    const rowsOf = (all: Answer) => all.present.filter((each) => each.rule === rule);
    return (["mean", "most"] as const).map((way) => lineOf(rule, way, rowsOf, (row) => row[way]));
  });
  return { lines, zones };
}

type Answer = Schemas["Counts"];
type Counts = { start_90k: number; minutes: number };
type RowsOf<Row> = (all: Answer) => Row[];

/** rows: of one rule and way. */
function counted<Row extends Counts>(
  starts: readonly Date[],
  per: Per,
  rows: readonly Row[],
  countOf: (row: Row) => number,
): Counted {
  const byStart = new Map(rows.map((each) => [secondsOf(each.start_90k), each]));
  const found = starts.map((each) => byStart.get(secondsAt(each)));
  const parts = starts.map((each, n) => {
    const of = (nextOf(each, per).getTime() - each.getTime()) / 60_000;
    const minutes = found[n]?.minutes ?? of;
    return minutes < of ? { minutes, of } : null;
  });
  return { counts: found.map((each) => (each ? countOf(each) : null)), parts };
}

const secondsAt = (at: Date): number => at.getTime() / 1000;

const byRule = (one: string, other: string): number =>
  one.slice(one.indexOf(" ")).localeCompare(other.slice(other.indexOf(" "))) || one.localeCompare(other);

function startsOf(from: Date, to: Date, per: Per): Date[] {
  const starts: Date[] = [];
  for (let at = new Date(from); at < to; at = nextOf(at, per)) starts.push(at);
  return starts;
}

/** When the next hour, day or week begins. */
function nextOf(at: Date, per: Per): Date {
  return per === "hour" ? new Date(at.getTime() + 3_600_000) : daysAfter(at, per === "day" ? 1 : 7);
}

/** By the calendar: a day may have 23 or 25 hours. */
function daysAfter(at: Date, days: number): Date {
  const found = new Date(at);
  found.setDate(found.getDate() + days);
  return found;
}
