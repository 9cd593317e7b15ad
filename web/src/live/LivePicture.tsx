/** One live picture in a frame of fixed shape; where there is none, why, in words. */

import { type RefObject, useRef } from "react";
import type { State } from "../camera/cameras";
import { wordOf } from "../camera/StateBadge";
import { momentOf } from "../media/times";
import { texts } from "../texts";
import { Progress, sentence } from "../ui";
import type { LivePlayer, LiveState } from "./player";
import { useLive } from "./useLive";
import "../media/picture.css";

type PictureProps = {
  camera: string;
  state: State | undefined;
  playerRef?: (player: RefObject<LivePlayer | null>) => void;
};

export function LivePicture({ camera, state, playerRef }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  const live = useLive(video, camera, state?.what !== "off");
  playerRef?.(live.player);
  return (
    <div className={`picture ${live.state.kind}`}>
      <video ref={video} muted playsInline tabIndex={-1} aria-label={texts.live.pictureOf(camera)} />
      <Words live={live.state} state={state} />
    </div>
  );
}

function Words({ live, state }: { live: LiveState; state: State | undefined }) {
  if (live.kind === "playing") {
    if (state?.what !== "learning") return null;
    return (
      <div className="picture-words low">
        {sentence(state.reason)}
        <Progress label={texts.states.learning ?? ""} share={state.progress ?? null} />
      </div>
    );
  }
  const isWell = !state || ["recording", "learning", "unknown"].includes(state.what);
  const lines: Record<LiveState["kind"], string> = {
    connecting: texts.live.connecting,
    waiting: isWell ? texts.live.waiting : "",
    playing: "",
    stale: texts.live.stale(momentOf(("sinceMs" in live ? live.sinceMs : 0) / 1000)),
    lost: "why" in live ? texts.live.lost(sentence(live.why)) : "",
  };
  return (
    <div className="picture-words" role="status">
      <strong className="brief">{isWell ? texts.live.brief[live.kind] : wordOf(state.what)}</strong>
      {!isWell && state.reason && <strong className="long">{sentence(state.reason)}</strong>}
      {lines[live.kind] && <span>{lines[live.kind]}</span>}
    </div>
  );
}
