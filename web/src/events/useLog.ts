/** The events on the page: the first page of them again and again and whenever something is new, older ones on demand. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { get, type Problem } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { ticksOf } from "../media/times";
import { type Event, STATES, type State, TODO } from "./facts";
import { eventsChanged } from "./unread";

const AT_ONCE = 50;
const EVERY_MS = 30_000;
const AT_MOST_EVERY_MS = 1000;

/** As the page's address has it; what is missing is any. */
export type Wanted = Record<string, string>;

export type Log = {
  /** undefined: not answered yet. */
  events: Event[] | undefined;
  hasMore: boolean;
  isAsking: boolean;
  problem: Problem | null;
  older: () => void;
  again: () => void;
  /** Shown from now on in place of the same events before. */
  changed: (events: readonly Event[]) => void;
};

export function useLog(wanted: Wanted): Log {
  const key = new URLSearchParams(wanted).toString();
  const [older, setOlder] = useState<{ key: string; events: Event[]; hasMore: boolean } | null>(null);
  const [changes, setChanges] = useState<ReadonlyMap<number, Event>>(new Map());
  const query = queryOf(wanted);
  const first = useAsked((signal) => get("/api/events", { query, signal }), `events ${key}`, EVERY_MS);
  const { busy, problem, run } = useChange();
  const { again } = first;

  useEffect(() => {
    const source = new EventSource("api/events/new");
    let timer = 0;
    let lastMs = 0;
    const ask = () => {
      timer = 0;
      lastMs = Date.now();
      again();
      eventsChanged();
    };
    // At once; in a flood, in which no answer would come in between, not more often than that.
    source.onmessage = () => {
      if (timer) return;
      timer = window.setTimeout(ask, Math.max(0, lastMs + AT_MOST_EVERY_MS - Date.now()));
    };
    return () => {
      source.close();
      window.clearTimeout(timer);
    };
  }, [again]);

  const more = older?.key === key ? older : null;
  const events = useMemo(() => {
    if (!first.answer) return undefined;
    const newest = first.answer.events;
    const last = newest.at(-1);
    // What was on the first page moves on when something new comes, and is older then.
    const rest = last ? (more?.events ?? []).filter((each) => isBefore(each, last)) : [];
    const known = new Map([...newest, ...rest].map((each) => [each.id, each]));
    for (const [id, each] of changes) if (known.has(id)) known.set(id, each);
    return [...known.values()];
  }, [first.answer, more, changes]);

  return {
    events,
    hasMore: more ? more.hasMore : (first.answer?.has_more ?? false),
    isAsking: busy,
    problem: problem ?? first.problem,
    older: () =>
      run(async () => {
        const last = events?.at(-1);
        if (!last) return;
        const before = { before_90k: last.start_90k, before_id: last.id };
        const page = await get("/api/events", { query: { ...query, ...before } });
        setOlder({ key, events: [...(events ?? []), ...page.events], hasMore: page.has_more });
      }),
    again,
    changed: useCallback(
      (some) => setChanges((before) => new Map([...before, ...some.map((each) => [each.id, each] as const)])),
      [],
    ),
  };
}

const isBefore = (one: Event, other: Event): boolean =>
  one.start_90k < other.start_90k || (one.start_90k === other.start_90k && one.id < other.id);

/** Those that somebody has to look at or is dealing with, and not those of a state or all. */
export const isToDo = (wanted: Wanted): boolean => !wanted.all && !wanted.state;

function queryOf(wanted: Wanted) {
  const chosen = STATES.find((each) => each === wanted.state);
  const states: readonly State[] = chosen ? [chosen] : isToDo(wanted) ? TODO : [];
  const [fromS, toS] = dayOf(wanted.day);
  return {
    camera: wanted.camera ?? null,
    kind: (wanted.kind as Event["kind"] | undefined) ?? null,
    rule: wanted.rule ?? null,
    state: states.length ? [...states] : null,
    from_90k: fromS,
    to_90k: toS,
    most: AT_ONCE,
  };
}

/** From midnight to midnight, local, in ticks. */
function dayOf(day: string | undefined): [number | null, number | null] {
  const begin = day ? new Date(`${day}T00:00`) : null;
  if (!begin || !Number.isFinite(begin.getTime())) return [null, null];
  const end = new Date(begin);
  end.setDate(end.getDate() + 1);
  return [ticksOf(begin.getTime() / 1000), ticksOf(end.getTime() / 1000)];
}
