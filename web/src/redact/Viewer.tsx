/** The redacted video or picture, step by step, with the boxes that are drawn over it. */

import { type Ref, useEffect, useImperativeHandle, useRef, useState } from "react";
import { texts } from "../texts";
import { Button, Note, ToolButton } from "../ui";
import type { Box, Size, Xyxy } from "./box";
import { Drawing } from "./Drawing";
import { clock } from "./words";

const words = texts.redact.player;

export type ViewerHandle = {
  goTo: (timeS: number) => void;
  /** At a time that the report names, with the picture in sight. */
  show: (timeS: number) => void;
  focusBox: (key: number) => void;
};

type ViewerProps = {
  ref: Ref<ViewerHandle>;
  /** Another address is another picture. */
  address: string;
  isVideo: boolean;
  size: Size;
  framesPerS: number;
  timeS: number;
  onTime: (timeS: number) => void;
  boxes: readonly Box[];
  picked: number | null;
  outline: Xyxy | null;
  onPick: (key: number | null) => void;
  onDraw: (xyxy: Xyxy) => void;
  onBox: (box: Box) => void;
  onDrop: (key: number) => void;
};

export function Viewer(props: ViewerProps) {
  const { ref, address, isVideo, size, framesPerS, timeS, onTime } = props;
  const video = useRef<HTMLVideoElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [durationS, setDurationS] = useState(0);
  const [isPlaying, setIsPlaying] = useState(false);
  const [isBroken, setIsBroken] = useState(false);
  // As a player shows it: its pixels may not be square.
  const [shape, setShape] = useState(size.width / size.height);
  // A finger that draws cannot scroll, so that on a phone drawing is asked for first.
  const [isDrawing, setIsDrawing] = useState(() => matchMedia("(pointer: fine)").matches);

  const goTo = (at: number) => {
    const player = video.current;
    if (!player) return;
    player.pause();
    player.currentTime = Math.min(Math.max(0, at), player.duration || at);
  };
  // From where the player is going and not from what it shows: who presses quickly is ahead of the picture. Into the
  // middle of a frame's time, where no rounding makes it another.
  const step = (frames: number) => {
    const at = Math.floor((video.current?.currentTime ?? 0) * framesPerS + 1e-6);
    goTo((at + frames + 0.5) / framesPerS);
  };
  const toggle = () => (video.current?.paused ? video.current.play().catch(() => {}) : video.current?.pause());

  useImperativeHandle(ref, () => ({
    goTo,
    show: (at) => {
      goTo(at + 0.5 / framesPerS);
      frame.current?.scrollIntoView({ block: "nearest" });
    },
    focusBox: (key) => {
      setIsDrawing(true);
      // After it was drawn.
      requestAnimationFrame(() => frame.current?.querySelector<SVGElement>(`[data-box="${key}"]`)?.focus());
    },
  }));
  useFrameTimes(video, onTime, address);

  const drawing = (
    <Drawing
      size={size}
      boxes={props.boxes}
      timeS={isVideo ? timeS : null}
      picked={props.picked}
      outline={props.outline}
      isDrawing={isDrawing}
      onPick={(key) => {
        video.current?.pause();
        props.onPick(key);
      }}
      onDraw={props.onDraw}
      onBox={props.onBox}
      onDrop={props.onDrop}
    />
  );
  return (
    <div className="viewer">
      <div ref={frame} className="viewer-frame" style={{ aspectRatio: shape, maxWidth: `calc(70dvh * ${shape})` }}>
        {isVideo ? (
          <video
            key={address}
            ref={video}
            src={address}
            aria-label={words.video}
            playsInline
            muted
            preload="auto"
            onLoadedMetadata={(event) => {
              const player = event.currentTarget;
              setDurationS(player.duration);
              setShape(player.videoWidth / player.videoHeight);
              player.currentTime = Math.min(timeS, player.duration);
            }}
            onPlay={() => setIsPlaying(true)}
            onPause={(event) => {
              setIsPlaying(false);
              // The picture may be a little behind the player's time: a box must be of what can be seen.
              goTo(event.currentTarget.currentTime);
            }}
            onError={() => setIsBroken(true)}
          />
        ) : (
          <img src={address} alt={words.still} />
        )}
        {drawing}
      </div>
      {isBroken && (
        <Note tone="warn" icon="warn">
          {words.unplayable}
        </Note>
      )}
      <div className="viewer-bar">
        {isVideo && (
          <>
            <ToolButton
              icon="stepBack"
              word={texts.timeline.words.pictureBack}
              label={words.before}
              onClick={() => step(-1)}
            />
            <ToolButton
              icon={isPlaying ? "pause" : "play"}
              word={isPlaying ? words.pause : words.play}
              onClick={toggle}
            />
            <ToolButton
              icon="stepOn"
              word={texts.timeline.words.pictureOn}
              label={words.next}
              onClick={() => step(1)}
            />
            <input
              type="range"
              aria-label={words.time}
              aria-valuetext={words.at(clock(timeS), clock(durationS))}
              min={0}
              max={durationS || 1}
              step={1 / framesPerS}
              value={timeS}
              onChange={(event) => goTo(event.target.valueAsNumber)}
            />
            <span className="numbers small viewer-time">
              {clock(timeS)} <span className="soft">/ {clock(durationS)}</span>
            </span>
          </>
        )}
        <Button
          icon={isDrawing ? "check" : "edit"}
          kind={isDrawing ? "primary" : "plain"}
          aria-pressed={isDrawing}
          onClick={() => setIsDrawing(!isDrawing)}
        >
          {texts.redact.draw.draw}
        </Button>
      </div>
      <p className="small viewer-mode" aria-live="polite">
        {isDrawing ? texts.redact.draw.isOn : texts.redact.draw.isOff}
      </p>
    </div>
  );
}

/** Tells the player's time whenever there is a new picture. Not the picture's own, which begins where the file's clock does. */
function useFrameTimes(video: { current: HTMLVideoElement | null }, onTime: (timeS: number) => void, address: string) {
  const latest = useRef(onTime);
  latest.current = onTime;
  // biome-ignore lint/correctness/useExhaustiveDependencies: another address is another video element
  useEffect(() => {
    const player = video.current;
    if (!player) return;
    const tell = () => latest.current(player.currentTime);
    player.addEventListener("timeupdate", tell);
    player.addEventListener("seeked", tell);
    let asked = 0;
    const again = () => {
      tell();
      asked = player.requestVideoFrameCallback?.(again) ?? 0;
    };
    asked = player.requestVideoFrameCallback?.(again) ?? 0;
    return () => {
      player.removeEventListener("timeupdate", tell);
      player.removeEventListener("seeked", tell);
      player.cancelVideoFrameCallback?.(asked);
    };
  }, [video, address]);
}
