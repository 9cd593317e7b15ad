/** What the scrubber shows of each camera, asked for as the view moves. */

import { useEffect, useRef, useState } from "react";
import { nowS } from "../media/times";
import { type Overview, overviewOf } from "./recordings";
import { blockAround, type View } from "./scale";

const SETTLE_MS = 120;
const AGAIN_MS = 10_000;
const PARTS = 2000;

/** By camera. Those of the view before are kept until the next are there. */
export function useOverviews(cameras: readonly string[], view: View | null): ReadonlyMap<string, Overview> {
  const [found, setFound] = useState<ReadonlyMap<string, Overview>>(new Map());
  const [round, setRound] = useState(0);
  const known = useRef(found);
  known.current = found;
  const block = view && blockAround(view);
  const [fromS, toS] = block ? [block.fromS, block.toS] : [0, 0];
  const names = cameras.join(" ");

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` asks again
  useEffect(() => {
    if (!names || toS === 0) return;
    const over = new AbortController();
    const load = async (camera: string) => {
      try {
        const overview = await overviewOf(camera, fromS, toS, PARTS, over.signal);
        setFound((before) => new Map(before).set(camera, overview));
      } catch {
        // Whoever plays it says what is wrong; the strip stays as it was.
      }
    };
    const timer = window.setTimeout(() => names.split(" ").forEach(load), known.current.size ? SETTLE_MS : 0);
    const again = toS > nowS() ? window.setTimeout(() => setRound((n) => n + 1), AGAIN_MS) : 0;
    return () => {
      over.abort();
      window.clearTimeout(timer);
      window.clearTimeout(again);
    };
  }, [names, fromS, toS, round]);
  return found;
}

/** Where the next recording of any of them begins; null: none is known. For a time at which none has one. */
export function recordedAfter(overviews: Iterable<Overview>, atS: number): number | null {
  let earliest: number | null = null;
  for (const { gaps } of overviews) {
    const gap = gaps.find(([from, to]) => from <= atS + 0.01 && atS < to);
    const endS = gap?.[1];
    if (endS !== undefined && endS < nowS() && (earliest === null || endS < earliest)) earliest = endS;
  }
  return earliest;
}

/** Whether it is known that nothing is recorded in a range. */
export function isEmpty(overview: Overview | undefined, range: { fromS: number; toS: number }): boolean {
  if (range.fromS >= nowS()) return true;
  return overview?.gaps.some(([from, to]) => from <= range.fromS && to >= Math.min(range.toS, nowS())) ?? false;
}

/** Where the last recording before a gap ended; null: none is known. */
export function recordedBefore(overviews: Iterable<Overview>, atS: number): number | null {
  let latest: number | null = null;
  for (const { gaps, fromS } of overviews) {
    const gap = gaps.find(([from, to]) => from <= atS && atS < to);
    const beganS = gap?.[0];
    if (beganS !== undefined && beganS > fromS && (latest === null || beganS > latest)) latest = beganS;
  }
  return latest;
}
