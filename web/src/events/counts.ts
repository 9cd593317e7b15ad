/** Counts of one camera as lines of charts: this period, and the one before it. */

import { get, type Schemas } from "../api/client";
import { secondsOf, ticksOf } from "../media/times";

export type Per = "hour" | "day" | "week";
export const PERS: readonly Per[] = ["hour", "day", "week"];

/** Days that are shown, and by how many the period before is earlier: whole weeks, so that Mondays are beside Mondays. */
const DAYS: Record<Per, number> = { hour: 7, day: 28, week: 26 * 7 };

/** way: left or right of a line; mean or most in a zone. times: the beginnings, s since 1970. now, before: how many then, and
 *  as long earlier as is compared with; null: not known. */
export type Line = { rule: string; way: string; times: number[]; now: Known[]; before: Known[] };
export type Known = number | null;
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
  const keys = new Set([...now.counts, ...before.counts].map((each) => `${each.way} ${each.rule}`));
  for (const rule of now.rules) for (const way of ["left", "right"]) keys.add(`${way} ${rule}`);
  const lines = [...keys].sort(byRule).map((key) => {
    const [way = "", ...rest] = key.split(" ");
    const rule = rest.join(" ");
    const [here, there] = [now, before].map((each) => byStart(each.counts, rule, way));
    return {
      rule,
      way,
      times: starts.map((each) => each.getTime() / 1000),
      now: starts.map((each) => here?.get(each.getTime() / 1000) ?? null),
      before: starts.map((each) => there?.get(daysAfter(each, -back).getTime() / 1000) ?? null),
    };
  });
  const times = starts.map((each) => each.getTime() / 1000);
  const earlier = starts.map((each) => daysAfter(each, -back).getTime() / 1000);
  const zones = now.zones.flatMap((rule) => {
    const [here, there] = [now, before].map((each) => presentByStart(each.present, rule));
    return (["mean", "most"] as const).map((way) => ({
      rule,
      way,
      times,
      now: times.map((each) => here?.get(each)?.[way] ?? null),
      before: earlier.map((each) => there?.get(each)?.[way] ?? null),
    }));
  });
  return { lines, zones };
}

const byRule = (one: string, other: string): number =>
  one.slice(one.indexOf(" ")).localeCompare(other.slice(other.indexOf(" "))) || one.localeCompare(other);

function byStart(counts: readonly Schemas["CountShown"][], rule: string, way: string): Map<number, number> {
  const its = counts.filter((each) => each.rule === rule && each.way === way);
  return new Map(its.map((each) => [secondsOf(each.start_90k), each.count]));
}

function presentByStart(
  present: readonly Schemas["PresentShown"][],
  rule: string,
): Map<number, Schemas["PresentShown"]> {
  return new Map(present.filter((each) => each.rule === rule).map((each) => [secondsOf(each.start_90k), each]));
}

function startsOf(from: Date, to: Date, per: Per): Date[] {
  const starts: Date[] = [];
  for (let at = new Date(from); at < to; ) {
    starts.push(at);
    at = per === "hour" ? new Date(at.getTime() + 3_600_000) : daysAfter(at, per === "day" ? 1 : 7);
  }
  return starts;
}

/** By the calendar: a day may have 23 or 25 hours. */
function daysAfter(at: Date, days: number): Date {
  const found = new Date(at);
  found.setDate(found.getDate() + days);
  return found;
}
