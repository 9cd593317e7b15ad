/** The frame that every player of the page has: its picture, words over it, and what enlarges it. */

import { type ReactNode, type RefObject, useEffect, useRef, useState } from "react";
import { texts } from "../texts";
import { Button } from "../ui";
import { useZoom } from "./useZoom";
import "./picture.css";

type FrameProps = {
  video: RefObject<HTMLVideoElement | null>;
  /** What the picture is, for readers of the screen. */
  label: string;
  /** How the player is: a class, for what is drawn differently then. */
  kind: string;
  /** What is said over the picture. */
  words?: ReactNode;
  /** What is said where there is no picture, and only there. */
  wordsWithout?: ReactNode;
  /** "everywhere": its keys need not be pressed within it; for the only picture of a page without keys like them. */
  zooms?: "no" | "here" | "everywhere";
  /** Width by height, once that is known or changes. */
  onShape?: (shape: number) => void;
};

const STEP = 1.5;

export function PictureFrame({ video, label, kind, words, wordsWithout, zooms = "no", onShape }: FrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  const hasPicture = useHasPicture(video, onShape);
  const { zoom, by, whole, handlers } = useZoom(frame, zooms);
  const isZoomed = zoom.by > 1;
  const transform = isZoomed ? `translate(${zoom.left * 100}%, ${zoom.top * 100}%) scale(${zoom.by})` : undefined;
  return (
    <div
      ref={frame}
      className={`picture ${kind}`}
      data-zoomed={isZoomed || undefined}
      {...(zooms === "no" ? {} : handlers)}
      role="presentation"
    >
      <video ref={video} muted playsInline tabIndex={-1} aria-label={label} style={{ transform }} />
      {words}
      {!hasPicture && wordsWithout}
      {zooms !== "no" && (
        // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
        <div className="picture-zoom" role="group" aria-label={texts.media.zoom}>
          <Button
            title={texts.media.zoomOut}
            aria-label={texts.media.zoomOut}
            disabled={!isZoomed}
            onClick={() => by(1 / STEP)}
          >
            −
          </Button>
          <Button title={texts.media.whole} disabled={!isZoomed} onClick={whole}>
            {isZoomed ? texts.media.times(zoom.by) : texts.media.zoom}
          </Button>
          <Button title={texts.media.zoomIn} aria-label={texts.media.zoomIn} onClick={() => by(STEP)}>
            +
          </Button>
        </div>
      )}
    </div>
  );
}

/** Whether the <video> has anything to show, and which shape that has. */
function useHasPicture(video: RefObject<HTMLVideoElement | null>, onShape?: (shape: number) => void): boolean {
  const [hasPicture, setHasPicture] = useState(false);
  const tell = useRef(onShape);
  tell.current = onShape;
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const look = () => {
      setHasPicture(element.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA);
      if (element.videoWidth && element.videoHeight) tell.current?.(element.videoWidth / element.videoHeight);
    };
    const events = ["loadeddata", "emptied", "resize", "timeupdate", "seeked"];
    for (const each of events) element.addEventListener(each, look);
    look();
    return () => {
      for (const each of events) element.removeEventListener(each, look);
    };
  }, [video]);
  return hasPicture;
}
