/** The recorded pictures of an event: a small one for lists, a large one, and a loop of small ones. Nothing is copied. */

import { useEffect, useState } from "react";
import { addressOf } from "../api/client";
import { useMay } from "../app/session";
import { nowS, secondsOf, ticksOf } from "../media/times";
import { texts } from "../texts";
import { elsewhereInWords } from "../timeline/recordings";
import { Icon, ToolButton } from "../ui";
import { type Event, whatOf } from "./facts";
import { type Recording, useRecording } from "./useRecording";

/** A picture is there once its seconds are recorded, which is after the event: on a busy machine much later. */
const PATIENCE_S = 60;
const RETRY_MS = 2000;
const STEP_S = 2;
const MAX_STEPS = 8;
const STEP_MS = 600;

function thumbnailOf(camera: string, at_90k: number): string {
  return addressOf("/api/cameras/{camera}/timeline/thumbnail.jpg", { path: { camera }, query: { at_90k } });
}

/** Whether a picture is to be asked for, will be again soon, or is not there. `tried` differs each time. */
function useRetried(event: Event) {
  const [tried, setTried] = useState(0);
  const [state, setState] = useState<"asked" | "soon" | "gone">("asked");
  useEffect(() => {
    if (state !== "soon") return;
    const timer = window.setTimeout(() => {
      setTried((before) => before + 1);
      setState("asked");
    }, RETRY_MS);
    return () => window.clearTimeout(timer);
  }, [state]);
  const failed = () => {
    const isFresh = nowS() - secondsOf(event.start_90k) < PATIENCE_S;
    setState(isFresh && tried * RETRY_MS < PATIENCE_S * 1000 ? "soon" : "gone");
  };
  return { tried, state, failed };
}

export function Thumbnail({ event }: { event: Event }) {
  const { tried, state, failed } = useRetried(event);
  const maySee = useMay()("timeline:watch");
  return (
    <span className="event-thumbnail">
      {state === "asked" && maySee ? (
        <img
          key={tried}
          src={thumbnailOf(event.camera, event.start_90k)}
          alt=""
          loading={tried ? "eager" : "lazy"}
          onError={failed}
        />
      ) : (
        <Icon name={state === "soon" ? "wait" : "nothing"} />
      )}
    </span>
  );
}

/** The small picture first; the large one only where that is there. onNone: told that there is no recording of it, or
 * that it cannot be reached. */
export function EventPicture({ event, onNone }: { event: Event; onNone: (recording: Recording) => void }) {
  const may = useMay();
  const { tried, state, failed } = useRetried(event);
  const [has, setHas] = useState<"unknown" | "small" | "large">("unknown");
  const [step, setStep] = useState<number | null>(null);
  const lastsS = secondsOf(event.end_90k - event.start_90k);
  const steps = Math.min(MAX_STEPS, Math.floor(lastsS / STEP_S) + 1);
  const isLooping = step !== null;
  useEffect(() => {
    if (!isLooping) return;
    const timer = window.setInterval(() => setStep((before) => ((before ?? 0) + 1) % steps), STEP_MS);
    return () => window.clearInterval(timer);
  }, [isLooping, steps]);
  const atS = secondsOf(event.start_90k) + ((step ?? 0) * lastsS) / Math.max(1, steps);
  const alt = texts.events.pictureOf(whatOf(event));
  const isSoon = state === "soon";
  const recording = useRecording(event, state === "gone" && has === "unknown" && may("timeline:watch"));
  useEffect(() => {
    if (recording?.isGone || recording?.elsewhere) onNone(recording);
  }, [recording, onNone]);
  if ((has === "unknown" && state !== "asked") || !may("timeline:watch")) {
    return (
      <div className="event-picture">
        <div className="event-no-picture" role="status">
          <Icon name={isSoon ? "wait" : "nothing"} size={28} />
          {isSoon ? texts.events.pictureSoon : whyNone(recording)}
        </div>
      </div>
    );
  }
  return (
    <div className="event-picture">
      <img
        key={tried}
        src={thumbnailOf(event.camera, ticksOf(atS))}
        alt={has === "large" && !isLooping ? "" : alt}
        onLoad={() => setHas((before) => (before === "unknown" ? "small" : before))}
        onError={() => has === "unknown" && failed()}
      />
      {has !== "unknown" && !isLooping && may("still:see") && (
        <img
          className="event-large"
          src={addressOf("/api/events/{id}/still.jpg", { path: { id: event.id } })}
          alt={alt}
          onLoad={() => setHas("large")}
        />
      )}
      {steps > 1 && has !== "unknown" && (
        <div className="event-loop">
          <ToolButton
            icon={isLooping ? "pause" : "play"}
            word={isLooping ? texts.events.still : texts.events.loop}
            onClick={() => setStep(isLooping ? null : 0)}
          />
        </div>
      )}
    </div>
  );
}

function whyNone(recording: Recording | undefined): string {
  if (recording?.elsewhere) return elsewhereInWords(recording.elsewhere);
  return recording?.isGone ? texts.events.isGone : texts.events.noPicture;
}
