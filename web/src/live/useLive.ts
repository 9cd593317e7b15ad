/** A live picture in a component: streams while it is on screen and the page is looked at, and not otherwise. */

import { type RefObject, useEffect, useRef, useState } from "react";
import { LivePlayer, type LiveState } from "./player";

/** A look at another tab and back should not connect anew. */
const LINGER_MS = 5000;

export type Live = { state: LiveState; player: RefObject<LivePlayer | null> };

/** isOn: whether there is anything to connect to. */
export function useLive(video: RefObject<HTMLVideoElement | null>, camera: string, isOn: boolean): Live {
  const [state, setState] = useState<LiveState>({ kind: "connecting" });
  const player = useRef<LivePlayer | null>(null);
  const isWanted = useIsLookedAt(video) && isOn;

  useEffect(() => {
    if (!isWanted || !video.current) return;
    setState({ kind: "connecting" });
    const playing = new LivePlayer(video.current, camera, setState);
    player.current = playing;
    return () => {
      player.current = null;
      playing.stop();
    };
  }, [video, camera, isWanted]);

  return { state, player };
}

function useIsLookedAt(element: RefObject<HTMLElement | null>): boolean {
  const [isLookedAt, setIsLookedAt] = useState(false);
  useEffect(() => {
    let isOnScreen = false;
    let timer = 0;
    const judge = () => {
      window.clearTimeout(timer);
      if (isOnScreen && document.visibilityState === "visible") setIsLookedAt(true);
      else timer = window.setTimeout(() => setIsLookedAt(false), LINGER_MS);
    };
    const observer = new IntersectionObserver((seen) => {
      isOnScreen = seen.at(-1)?.isIntersecting ?? false;
      judge();
    });
    if (element.current) observer.observe(element.current);
    document.addEventListener("visibilitychange", judge);
    return () => {
      observer.disconnect();
      document.removeEventListener("visibilitychange", judge);
      window.clearTimeout(timer);
    };
  }, [element]);
  return isLookedAt;
}
