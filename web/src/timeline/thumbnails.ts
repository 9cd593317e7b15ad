/** Small pictures of what is there at a time: asked for sparingly, since each is a look, and kept for a while. */

import { useEffect, useRef, useState } from "react";
import { addressOf, ask } from "../api/client";
import { nowS, ticksOf } from "../media/times";
import type { Overview } from "./recordings";

/** Of which camera, and of when: one of few times, so that moving over a pixel asks for nothing new. */
export type Wanted = { camera: string; atS: number };

/** Whoever points at the strip is on the way somewhere else for so long; whoever drags looks while they move. */
const REST_MS = 150;
const DRAG_EVERY_MS = 250;
const MAX_KEPT = 120;
const GOP_S = 2;
const PARTS_OF_VIEW = 400;
/** What is newer may not be recorded yet. */
const EDGE_S = 6;

const kept = new Map<string, string>();

/** The thumbnail to ask for at a time; null: nothing is recorded then, as far as is known. */
export function wantedAt(camera: string, overview: Overview | undefined, atS: number, spanS: number): Wanted | null {
  const stepS = GOP_S * Math.max(1, Math.round(spanS / PARTS_OF_VIEW / GOP_S));
  const steppedS = Math.floor(atS / stepS) * stepS;
  if (!overview || atS > nowS() - EDGE_S) return null;
  const { gaps } = overview;
  const isGap = (whenS: number) => gaps.some(([fromS, toS]) => fromS <= whenS && whenS < toS);
  if (isGap(atS)) return null;
  return { camera, atS: isGap(steppedS) ? Math.ceil(atS) : steppedS };
}

/** Its address; the one before until it is there; null: there is none. */
export function useThumbnail(wanted: Wanted | null, isDragging: boolean): string | null {
  const [shown, setShown] = useState<string | null>(null);
  const askedMs = useRef(0);
  const [camera, atS] = wanted ? [wanted.camera, wanted.atS] : [null, 0];
  useEffect(() => {
    if (camera === null) {
      setShown(null);
      return;
    }
    const key = `${camera} ${atS}`;
    const known = kept.get(key);
    if (known) {
      setShown(known);
      return;
    }
    const over = new AbortController();
    const waitMs = isDragging ? Math.max(0, askedMs.current + DRAG_EVERY_MS - performance.now()) : REST_MS;
    const timer = window.setTimeout(async () => {
      askedMs.current = performance.now();
      try {
        const found = await thumbnail(camera, atS, over.signal);
        if (found) keep(key, found);
        setShown(found);
      } catch {
        if (!over.signal.aborted) setShown(null); // the time alone says enough; players say what is wrong
      }
    }, waitMs);
    return () => {
      over.abort();
      window.clearTimeout(timer);
    };
  }, [camera, atS, isDragging]);
  return shown;
}

async function thumbnail(camera: string, atS: number, signal: AbortSignal): Promise<string | null> {
  const path = { camera };
  const address = addressOf("/api/cameras/{camera}/timeline/thumbnail.jpg", { path, query: { at_90k: ticksOf(atS) } });
  const answer = await ask(address, { signal });
  return answer.status === 204 ? null : URL.createObjectURL(await answer.blob());
}

/** Nobody else who uses the page may come by them. */
export function forgetThumbnails(): void {
  for (const url of kept.values()) URL.revokeObjectURL(url);
  kept.clear();
}

function keep(key: string, url: string): void {
  kept.set(key, url);
  const [oldest] = kept;
  if (kept.size <= MAX_KEPT || !oldest) return;
  URL.revokeObjectURL(oldest[1]);
  kept.delete(oldest[0]);
}
