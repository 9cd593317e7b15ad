/** A picture that is asked for once, since each time is a look that is written down; again when somebody wants it. */

import { useEffect, useState } from "react";
import { ask } from "../api/client";
import { type Asked, useAsked } from "../api/use";

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
  return { ...asked, answer: picture };
}
