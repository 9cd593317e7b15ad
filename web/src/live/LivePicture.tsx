/** One live picture in a frame of fixed shape; what is wrong with it, or why there is none, in words. */

import { type RefObject, useEffect, useRef } from "react";
import { needsAttention } from "../camera/attention";
import type { State } from "../camera/cameras";
import { toneOf, wordOf } from "../camera/StateBadge";
import { PictureFrame } from "../media/PictureFrame";
import { momentOf } from "../media/times";
import { inWords, texts } from "../texts";
import { Progress, sentence } from "../ui";
import type { LivePlayer, LiveState } from "./player";
import { useLive } from "./useLive";

type PictureProps = {
  camera: string;
  state: State | undefined;
  playerRef?: (player: RefObject<LivePlayer | null>) => void;
  /** Told what the picture is, whenever that changes. */
  onKind?: (kind: LiveState["kind"]) => void;
  onShape?: (shape: number) => void;
  canZoom?: boolean;
};

export function LivePicture({ camera, state, playerRef, onKind, onShape, canZoom = false }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  const live = useLive(video, camera, state?.what !== "off");
  const { kind } = live.state;
  // These two say that there is no picture.
  const isShown = kind !== "connecting" && kind !== "waiting";
  playerRef?.(live.player);
  useEffect(() => onKind?.(kind), [kind, onKind]);
  return (
    <PictureFrame
      video={video}
      label={texts.live.pictureOf(camera)}
      kind={kind}
      words={isShown && <Words live={live.state} state={state} />}
      wordsWithout={!isShown && <Words live={live.state} state={state} />}
      zooms={canZoom ? "everywhere" : "no"}
      {...(onShape ? { onShape } : {})}
    />
  );
}

/** A camera is not shown as well beside a picture that is old or gone, whatever its recorder says. */
export function asSeen(state: State | undefined, kind: LiveState["kind"]): State | undefined {
  const isGone = kind === "stale" || kind === "lost";
  return state && isGone && toneOf(state.what) === "good" ? { ...state, what: "unseen" } : state;
}

function Words({ live, state }: { live: LiveState; state: State | undefined }) {
  if (live.kind === "playing") return state ? <WordsBelow state={state} /> : null;
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
      {!isWell && state.reason && <strong className="long">{sentence(inWords(state.said, state.reason))}</strong>}
      {lines[live.kind] && <span>{lines[live.kind]}</span>}
    </div>
  );
}

/** Over a picture that plays: how far learning is, or what is wrong though pictures come. */
function WordsBelow({ state }: { state: State }) {
  const isLearning = state.what === "learning";
  if (!isLearning && state.what !== "unknown" && !needsAttention(state)) return null;
  return (
    <div className={`picture-words low ${toneOf(state.what)}`}>
      <span className="brief">{wordOf(state.what)}</span>
      <span className="long">{sentence(inWords(state.said, state.reason) || wordOf(state.what))}</span>
      {isLearning && <Progress label={texts.states.learning ?? ""} share={state.progress ?? null} />}
    </div>
  );
}
