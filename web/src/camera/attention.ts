/** Which cameras need attention: decided here alone, so that the navigation, Live and Health say the same. */

import { createContext, useMemo, useRef } from "react";
import { get } from "../api/client";
import { useAsked, useIsOld } from "../api/use";
import { useMay } from "../app/session";
import { texts } from "../texts";
import { type Camera, LOST_AFTER, OLD_AFTER_MS, type State } from "./cameras";
import { toneOf } from "./StateBadge";

const STATES_EVERY_MS = 3000;
const ALARMS_EVERY_MS = 10_000;

/** How many: cameras at fault or in doubt, cameras that could not be checked, kinds of alarms. */
export type Attention = { cameras: number; unchecked: number; alarms: number };

/** Ranks of a camera's state: what comes first in a list is lowest. */
const RANKS = { bad: 0, warn: 1, unknown: 2, waiting: 3, well: 4, off: 5 };

/** state: undefined: nothing was told of it yet. */
export function rankOf(state: State | undefined): number {
  if (!state || state.what === "unknown") return RANKS.unknown;
  if (state.what === "off" || state.what === "stopped") return RANKS.off;
  const tone = toneOf(state.what);
  if (tone === "bad" || tone === "warn") return RANKS[tone];
  return tone === "good" ? RANKS.well : RANKS.waiting;
}

export function needsAttention(state: State | undefined): boolean {
  return rankOf(state) < RANKS.unknown;
}

export type Counts = { ill: number; unknown: number; waiting: number; well: number };

export function countsOf(states: Iterable<State | undefined>): Counts {
  const ranks = [...states].map(rankOf);
  const count = (rank: number) => ranks.filter((each) => each === rank).length;
  return {
    ill: count(RANKS.bad) + count(RANKS.warn),
    unknown: count(RANKS.unknown),
    waiting: count(RANKS.waiting),
    well: count(RANKS.well),
  };
}

/** As the shell asks for it, for the section within. */
export const AttentionContext = createContext<Attention | null>(null);

/** null: nobody is signed in who may know, or nothing was answered yet. */
export function useAttention(): Attention | null {
  const maySee = useMay()("health:see");
  const states = useAsked(
    async (signal) => (maySee ? await get("/api/states", { signal }) : null),
    `attention ${maySee}`,
    STATES_EVERY_MS,
  );
  const alarms = useAsked(
    async (signal) => (maySee ? await get("/api/alarms", { signal }) : null),
    `attention alarms ${maySee}`,
    ALARMS_EVERY_MS,
  );
  const isOld = useIsOld(states.answeredMs, OLD_AFTER_MS);
  if (!states.answer) return null;
  const isLost = isOld || states.failures >= LOST_AFTER;
  const counts = countsOf(
    isLost ? states.answer.filter((each) => rankOf(each) < RANKS.off).map(() => undefined) : states.answer,
  );
  return {
    cameras: counts.ill,
    unchecked: counts.unknown,
    alarms: new Set(alarms.answer?.map((each) => each.kind)).size,
  };
}

/** In words; null: all is well. */
export function attentionWords(attention: Attention | null): string | null {
  if (!attention) return null;
  const { cameras, unchecked, alarms } = attention;
  const said = [
    cameras > 0 && texts.attention.cameras(cameras),
    unchecked > 0 && texts.attention.unchecked(unchecked, cameras > 0),
    alarms > 0 && texts.attention.alarms(alarms),
  ].filter(Boolean);
  return said.length ? said.join(", ") : null;
}

/** A tile stays in front for so long after its fault is over: states may change every few seconds, and tiles would too. */
const STAYS_IN_FRONT_MS = 10_000;

/** Cameras at fault first, then those that could not be checked, the rest in its order. */
export function useFaultsFirst(cameras: readonly Camera[], states: ReadonlyMap<string, State>): Camera[] {
  const kept = useRef(new Map<string, { rank: number; untilMs: number }>());
  return useMemo(() => {
    const nowMs = Date.now();
    const rankNow = (name: string): number => {
      const state = states.get(name);
      if (!state) return RANKS.waiting;
      const rank = Math.min(rankOf(state), RANKS.waiting);
      const before = kept.current.get(name);
      if (before && before.rank < rank && nowMs < before.untilMs) return before.rank;
      kept.current.set(name, { rank, untilMs: nowMs + STAYS_IN_FRONT_MS });
      return rank;
    };
    const ranks = new Map(cameras.map((each) => [each.name, rankNow(each.name)]));
    return [...cameras].sort((a, b) => (ranks.get(a.name) ?? 0) - (ranks.get(b.name) ?? 0));
  }, [cameras, states]);
}
