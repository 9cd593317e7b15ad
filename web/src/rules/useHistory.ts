/** A value with its steps back and forth. What belongs together, such as one drag, is one step. */

import { useCallback, useState } from "react";

type Steps<T> = { past: readonly T[]; now: T; future: readonly T[]; group: string | null };

export type History<T> = {
  now: T;
  /** group: changes of one group in a row are one step; null: this one is a step of its own. */
  set: (next: T, group: string | null) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
};

export function useHistory<T>(first: T): History<T> {
  const [steps, setSteps] = useState<Steps<T>>({ past: [], now: first, future: [], group: null });
  const set = useCallback((next: T, group: string | null) => {
    setSteps(({ past, now, group: before }) => {
      const isSame = group !== null && group === before;
      return { past: isSame ? past : [...past, now], now: next, future: [], group };
    });
  }, []);
  const undo = useCallback(() => {
    setSteps((steps) => {
      const last = steps.past.at(-1);
      if (last === undefined) return steps;
      return { past: steps.past.slice(0, -1), now: last, future: [steps.now, ...steps.future], group: null };
    });
  }, []);
  const redo = useCallback(() => {
    setSteps((steps) => {
      const [next, ...rest] = steps.future;
      return next === undefined ? steps : { past: [...steps.past, steps.now], now: next, future: rest, group: null };
    });
  }, []);
  return { now: steps.now, set, undo: steps.past.length ? undo : null, redo: steps.future.length ? redo : null };
}
