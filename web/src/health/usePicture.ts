/** A picture that is asked for once, since each time is a look that is written down; again when somebody wants it, and
 * a few times where there is none yet, since a camera's first one is recorded some seconds after it was added. */

import { useEffect, useRef, useState } from "react";
import { ask } from "../api/client";
import { type Asked, useAsked } from "../api/use";

const NOT_YET = 404;
const MOST_TRIES = 10;
const TRY_EVERY_MS = 3000;

export type Picture = { url: string; at90k: number | null };

/** address: null: do not ask. */
export function usePicture(address: string | null): Asked<Picture | null> {
  const asked = useAsked<{ blob: Blob; at90k: number | null } | null>(async (signal) => {
    if (address === null) return null;
    const response = await ask(address, { signal });
    const at = response.headers.get("X-Passerby-At-90k");
    return { blob: await response.blob(), at90k: at === null ? null : Number(at) };
  }, address ?? "");
  const [picture, setPicture] = useState<Picture | null | undefined>(undefined);
  useEffect(() => {
    if (!asked.answer) {
      setPicture(asked.answer);
      return;
    }
    const url = URL.createObjectURL(asked.answer.blob);
    setPicture({ url, at90k: asked.answer.at90k });
    return () => URL.revokeObjectURL(url);
  }, [asked.answer]);
  const tries = useRef(0);
  const { problem, again } = asked;
  useEffect(() => {
    if (problem?.status !== NOT_YET || tries.current >= MOST_TRIES) return;
    tries.current += 1;
    const timer = window.setTimeout(again, TRY_EVERY_MS);
    return () => window.clearTimeout(timer);
  }, [problem, again]);
  return { ...asked, answer: picture };
}
