/** The keyboard of the list of events. */

import { useEffect, useRef } from "react";
import { goTo } from "../app/routes";
import { focusComment, recordingOf } from "./EventDetail";
import type { Group, State } from "./facts";

type Wanted = {
  chosen: Group | undefined;
  mayChange: boolean;
  /** 1: the next one, which is older; -1: the one before. */
  onStep: (step: 1 | -1) => void;
  set: (group: Group, state: State) => Promise<void>;
};

const STATES: Readonly<Record<string, State>> = { KeyS: "seen", KeyT: "taken", KeyD: "done", KeyF: "false" };

/** While nothing is typed into. By the place of the key, since other alphabets have other letters there. */
export function useEventKeys(wanted: Wanted): void {
  const latest = useRef(wanted);
  latest.current = wanted;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      const isTyped = event.target instanceof HTMLElement && event.target.closest("input, select, textarea, dialog");
      if (!isTyped && act(event.code, latest.current)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** Whether the key means something here. */
function act(code: string, { chosen, mayChange, onStep, set }: Wanted): boolean {
  if (code === "KeyJ" || code === "ArrowDown") onStep(1);
  else if (code === "KeyK" || code === "ArrowUp") onStep(-1);
  else if (!chosen) return false;
  else if (code === "KeyR") goTo(recordingOf(chosen.first));
  else if (!mayChange) return false;
  else if (code === "KeyC") focusComment();
  else {
    const state = STATES[code];
    if (!state) return false;
    set(chosen, state).catch(() => {}); // the list is asked for again, and says what is wrong
  }
  return true;
}
