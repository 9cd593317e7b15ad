/** What components use to ask the API: once, or again and again. */

import { useCallback, useEffect, useRef, useState } from "react";
import { Problem } from "./client";

export type Asked<T> = {
  /** undefined: not answered yet. While it is asked again, the answer before. */
  answer: T | undefined;
  /** Of the last time; null where it went well. */
  problem: Problem | null;
  again: () => void;
};

/** Asks when it is first shown and whenever `key` changes; also every `everyMs`, while the page can be seen. */
export function useAsked<T>(ask: (signal: AbortSignal) => Promise<T>, key: string, everyMs?: number): Asked<T> {
  const [state, setState] = useState<{ key: string; answer: T | undefined; problem: Problem | null }>({
    key,
    answer: undefined,
    problem: null,
  });
  const [round, setRound] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `round` is how "again" asks again
  useEffect(() => {
    const over = new AbortController();
    let timer = 0;
    const run = async () => {
      if (!everyMs || document.visibilityState === "visible") {
        try {
          const answer = await latest.current(over.signal);
          if (!over.signal.aborted) setState({ key, answer, problem: null });
        } catch (error) {
          if (over.signal.aborted) return;
          const problem = error instanceof Problem ? error : new Problem(0, String(error));
          setState((before) => ({ key, answer: before.key === key ? before.answer : undefined, problem }));
        }
      }
      if (everyMs && !over.signal.aborted) timer = window.setTimeout(run, everyMs);
    };
    run();
    return () => {
      over.abort();
      window.clearTimeout(timer);
    };
  }, [key, everyMs, round]);

  const again = useCallback(() => setRound((before) => before + 1), []);
  const isOf = state.key === key;
  return { answer: isOf ? state.answer : undefined, problem: isOf ? state.problem : null, again };
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
