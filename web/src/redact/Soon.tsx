/** What was covered from the list is rendered by itself, after a pause in which more can be covered. */

import { useEffect, useRef, useState } from "react";
import { texts } from "../texts";
import { Button, Note } from "../ui";
import type { Box } from "./box";

const PAUSE_MS = 6000;
const words = texts.redact.soon;

/** The pause begins again with every change. isReady: rendering is possible now. */
export function useSoon(boxes: Box[] | null, isDirty: boolean, isReady: boolean, render: () => void) {
  const [isWanted, setIsWanted] = useState(false);
  const latest = useRef(render);
  useEffect(() => {
    latest.current = render;
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every change of the boxes the pause begins again
  useEffect(() => {
    if (!isWanted || !isReady) return;
    const timer = window.setTimeout(() => latest.current(), PAUSE_MS);
    return () => window.clearTimeout(timer);
  }, [isWanted, isReady, boxes]);
  const wasDirty = useRef(false);
  useEffect(() => {
    if (wasDirty.current && !isDirty) setIsWanted(false); // rendered, or taken back
    wasDirty.current = isDirty;
  }, [isDirty]);
  return { isWanted: isWanted && isDirty, want: () => setIsWanted(true), cancel: () => setIsWanted(false) };
}

type SoonProps = { isAfterwards: boolean; onNow: () => void; onNot: () => void };

/** isAfterwards: another rendering goes on. */
export function Soon({ isAfterwards, onNow, onNot }: SoonProps) {
  return (
    <Note tone="calm" icon="refresh">
      <p aria-live="polite">{isAfterwards ? words.afterwards : words.about}</p>
      <div className="row">
        <Button disabled={isAfterwards} onClick={onNow}>
          {words.now}
        </Button>
        <Button kind="quiet" onClick={onNot}>
          {words.not}
        </Button>
      </div>
    </Note>
  );
}
