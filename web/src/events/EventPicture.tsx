/** The recorded pictures of an event: a small one for lists, a large one, and a loop of small ones. Nothing is copied. */

import { useEffect, useState } from "react";
import { addressOf } from "../api/client";
import { useMay } from "../app/session";
import { secondsOf, ticksOf } from "../media/times";
import { texts } from "../texts";
import { Icon, ToolButton } from "../ui";
import { type Event, whatOf } from "./facts";

const STEP_S = 2;
const MAX_STEPS = 8;
const STEP_MS = 600;

function thumbnailOf(camera: string, at_90k: number): string {
  return addressOf("/api/cameras/{camera}/timeline/thumbnail.jpg", { path: { camera }, query: { at_90k } });
}

export function Thumbnail({ event }: { event: Event }) {
  const [isThere, setIsThere] = useState(true);
  const maySee = useMay()("timeline:watch");
  return (
    <span className="event-thumbnail">
      {isThere && maySee ? (
        <img src={thumbnailOf(event.camera, event.start_90k)} alt="" loading="lazy" onError={() => setIsThere(false)} />
      ) : (
        <Icon name="nothing" />
      )}
    </span>
  );
}

/** The small picture first; the large one only where that is there. */
export function EventPicture({ event }: { event: Event }) {
  const may = useMay();
  const [has, setHas] = useState<"unknown" | "small" | "large" | "nothing">("unknown");
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
  if (has === "nothing" || !may("timeline:watch")) {
    return (
      <div className="event-picture">
        <div className="event-no-picture">
          <Icon name="nothing" size={28} />
          {texts.events.noPicture}
        </div>
      </div>
    );
  }
  return (
    <div className="event-picture">
      <img
        src={thumbnailOf(event.camera, ticksOf(atS))}
        alt={has === "large" && !isLooping ? "" : alt}
        onLoad={() => setHas((before) => (before === "unknown" ? "small" : before))}
        onError={() => setHas((before) => (before === "unknown" ? "nothing" : before))}
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
