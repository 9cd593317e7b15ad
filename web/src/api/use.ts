/** What components use to ask the API: once, or again and again. */

import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "./client";

export type Asked<T> = {
  /** undefined: not answered yet. While it is asked again, the answer before. */
  answer: T | undefined;
  /** Of the last time; null where it went well. */
  problem: Problem | null;
  /** How often it went wrong since it last went well. */
  failures: number;
  /** When it last went well, ms since 1970; null: never. */
  answeredMs: number | null;
  again: () => void;
};

type Known<T> = Pick<Asked<T>, "answer" | "problem" | "failures" | "answeredMs"> & { key: string };

/** Of what is asked again and again: a server that takes longer is not there. Once it may take its time. */
const PATIENCE_MS = 8000;

/** Asks when it is first shown and whenever `key` changes; also every `everyMs`, while the page can be seen. */
export function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>, key: string, everyMs?: number): Asked<T> {
  const [state, setState] = useState<Known<T>>(() => unknown(key));
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is how "again" asks again
  useEffect(() => {
    const over = new AbortController();
    let timer = 0;
    let isAsking = false;
    const run = async () => {
      if (!everyMs || document.visibilityState === "visible") {
        isAsking = true;
        try {
          const late = everyMs ? [AbortSignal.timeout(PATIENCE_MS)] : [];
          const answer = await latest.current(AbortSignal.any([over.signal, ...late]));
          if (over.signal.aborted) return;
          setState({ key, answer, problem: null, failures: 0, answeredMs: Date.now() });
        } catch (error) {
          if (over.signal.aborted) return;
          const problem = error instanceof Problem ? error : new Problem(0, String(error));
          setState((before) => {
            const known = before.key === key ? before : unknown<T>(key);
            return { ...known, problem, failures: known.failures + 1 };
          });
        } finally {
          isAsking = false;
        }
      }
      if (everyMs && !over.signal.aborted) timer = window.setTimeout(run, everyMs);
    };
    // Timers of a page that nobody looks at are slow: what was answered before is old when somebody comes back.
    const onSeen = () => {
      if (document.visibilityState !== "visible" || isAsking) return;
      window.clearTimeout(timer);
      run();
    };
    if (everyMs) document.addEventListener("visibilitychange", onSeen);
    run();
    return () => {
      over.abort();
      document.removeEventListener("visibilitychange", onSeen);
      window.clearTimeout(timer);
    };
  }, [key, everyMs, round]);

  const again = useCallback(() => setRound((before) => before + 1), []);
  const { answer, problem, failures, answeredMs } = state.key === key ? state : unknown<T>(key);
  return { answer, problem, failures, answeredMs, again };
}

function unknown<T>(key: string): Known<T> {
  return { key, answer: undefined, problem: null, failures: 0, answeredMs: null };
}

/** Whether a time, ms since 1970, is longer ago than that; null never is. It is noticed without anything else changing. */
export function useIsOld(sinceMs: number | null, afterMs: number): boolean {
  const [, setRound] = useState(0);
  useEffect(() => {
    if (sinceMs === null) return;
    const again = () => setRound((before) => before + 1);
    const timer = window.setTimeout(again, Math.max(0, sinceMs + afterMs - Date.now()) + 1);
    document.addEventListener("visibilitychange", again);
    return () => {
      window.clearTimeout(timer);
      document.removeEventListener("visibilitychange", again);
    };
  }, [sinceMs, afterMs]);
  return sinceMs !== null && Date.now() - sinceMs > afterMs;
}

/** For a change that somebody asked for: whether it is on its way, and what came of it. */
export function useChange(): { busy: boolean; problem: Problem | null; run: (change: () => Promise<void>) => void } {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const run = useCallback(async (change: () => Promise<void>) => {
    setBusy(true);
    setProblem(null);
    try {
      await change();
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem(0, String(error)));
    } finally {
      setBusy(false);
    }
  }, []);
  return { busy, problem, run };
}
