/** The timeline's keyboard. */

import { useEffect, useRef } from "react";
import { SKIP_S } from "./Controls";
import type { Range } from "./draw";
import { type Playback, RATES } from "./playback";

type Wanted = {
  playback: Playback;
  range: Range | null;
  onRange: (range: Range | null) => void;
  onZoom: (factor: number) => void;
};

/** While nothing is typed into. Arrows: 10 s, with shift a minute; up and down: speed. */
export function useKeys(wanted: Wanted): void {
  const latest = useRef(wanted);
  latest.current = wanted;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTypedInto(event.target)) return;
      const isOnButton = event.target instanceof HTMLButtonElement || event.target instanceof HTMLAnchorElement;
      if (event.key === " " && isOnButton) return;
      if (act(event, latest.current)) event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}

/** Whether the key means something here. */
function act(event: KeyboardEvent, { playback, range, onRange, onZoom }: Wanted): boolean {
  const { atS, rate } = playback.snapshot();
  const far = event.shiftKey ? 6 * SKIP_S : SKIP_S;
  const acts = new Map<string, () => void>([
    [" ", () => playback.toggle()],
    ["ArrowLeft", () => playback.goTo(atS - far)],
    ["ArrowRight", () => playback.goTo(atS + far)],
    ["ArrowUp", () => playback.setRate(RATES[RATES.indexOf(rate) + 1] ?? rate)],
    ["ArrowDown", () => playback.setRate(RATES[RATES.indexOf(rate) - 1] ?? rate)],
    [".", () => playback.stepPicture(true)],
    [",", () => playback.stepPicture(false)],
    ["+", () => onZoom(0.5)],
    ["=", () => onZoom(0.5)],
    ["-", () => onZoom(2)],
    ["i", () => onRange({ fromS: atS, toS: Math.max(range?.toS ?? 0, atS + 1) })],
    ["o", () => onRange({ fromS: Math.min(range?.fromS ?? atS, atS - 1), toS: atS })],
    ["Escape", () => onRange(null)],
    ["End", () => playback.toNow()],
  ]);
  const found = acts.get(event.key);
  found?.();
  return found !== undefined;
}

function isTypedInto(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, select, textarea, dialog") !== null;
}
