/** The recorded picture of one camera at the time that is looked at. */

import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { StateBadge, toneOf } from "../camera/StateBadge";
import { PictureFrame } from "../media/PictureFrame";
import { texts } from "../texts";
import { Button, sentence } from "../ui";
import type { Playback } from "./playback";
import { type PlayerStatus, RecordingPlayer } from "./player";
import { type Elsewhere, elsewhereAt, hasNone, type Stretch, stateAt } from "./recordings";

const LOOK_MS = 150;
/** What is loaded sooner is not worth a word. */
const PATIENCE_MS = 600;

type PictureProps = {
  camera: string;
  title: string;
  isAlone: boolean;
  /** Of all the time that is shown nothing is recorded: it may never have recorded. */
  isEmpty: boolean;
  /** What the camera was said to do: why there is a gap. */
  health: readonly Stretch[];
  /** Where a recording of this time is, if it must be fetched from another place. */
  elsewhere: readonly Elsewhere[];
  playback: Playback;
  onSkip: (isAfter: boolean) => void;
};

export function Picture({ camera, title, isAlone, isEmpty, health, elsewhere, playback, onSkip }: PictureProps) {
  const video = useRef<HTMLVideoElement>(null);
  const status = useStatus(video, camera, playback);
  const isNew = useHasNone(camera, isEmpty && status.kind === "gap");
  return (
    <figure className="recorded">
      <PictureFrame
        video={video}
        label={texts.timeline.pictureOf(title)}
        kind={status.kind}
        zooms="here"
        words={<Words {...{ status, isNew, isAlone, health, elsewhere, playback, onSkip }} />}
      />
      {!isAlone && (
        <figcaption className="below-picture">
          <span>{title}</span>
          <StateThen health={health} playback={playback} />
        </figcaption>
      )}
    </figure>
  );
}

type WordsProps = Omit<PictureProps, "camera" | "title" | "isEmpty"> & {
  status: PlayerStatus;
  /** The camera has no recording at all. */
  isNew: boolean;
};

function Words({ status, isNew, isAlone, health, elsewhere, playback, onSkip }: WordsProps) {
  if (status.kind === "gap") {
    return (
      <div className="picture-words">
        <strong>{isNew ? texts.timeline.nothingYet : texts.timeline.nothingThen}</strong>
        <Why health={health} playback={playback} />
        {isAlone && !isNew && (
          <div className="row">
            <Button icon="stepBack" onClick={() => onSkip(false)}>
              {texts.timeline.toBefore}
            </Button>
            <Button icon="stepOn" onClick={() => onSkip(true)}>
              {texts.timeline.toAfter}
            </Button>
          </div>
        )}
      </div>
    );
  }
  if (status.kind === "loading") {
    return (
      <div className="picture-words">
        <LoadingFrom elsewhere={elsewhere} playback={playback} />
      </div>
    );
  }
  if (status.kind !== "problem") return null;
  return (
    <div className="picture-words" role="alert">
      <strong>{sentence(status.says)}</strong>
    </div>
  );
}

function LoadingFrom({ elsewhere, playback }: Pick<PictureProps, "elsewhere" | "playback">) {
  const { atS } = useSyncExternalStore(playback.listen, playback.snapshot);
  const far = elsewhereAt(elsewhere, atS);
  return <span>{far?.place ? texts.timeline.fetching(far.place) : texts.timeline.loading}</span>;
}

function Why({ health, playback }: Pick<PictureProps, "health" | "playback">) {
  const { atS } = useSyncExternalStore(playback.listen, playback.snapshot);
  const found = stateAt(health, atS);
  return found?.reason && toneOf(found.what) !== "good" ? <span>{sentence(found.reason)}</span> : null;
}

function StateThen({ health, playback }: Pick<PictureProps, "health" | "playback">) {
  const { atS } = useSyncExternalStore(playback.listen, playback.snapshot);
  return <StateBadge state={stateAt(health, atS)} />;
}

/** mayBe: only then it is asked; again each time, since something may be recorded meanwhile. */
function useHasNone(camera: string, mayBe: boolean): boolean {
  const [found, setFound] = useState(false);
  useEffect(() => {
    if (!mayBe) return;
    const over = new AbortController();
    hasNone(camera, over.signal)
      .then(setFound)
      .catch(() => {}); // then it says that there is nothing at this time, which is true
    return () => {
      over.abort();
      setFound(false);
    };
  }, [camera, mayBe]);
  return found;
}

type Video = { current: HTMLVideoElement | null };

function useStatus(video: Video, camera: string, playback: Playback): PlayerStatus {
  const [status, setStatus] = useState<PlayerStatus>({ kind: "ready" });
  useEffect(() => {
    if (!video.current) return;
    let player: RecordingPlayer;
    try {
      player = new RecordingPlayer(video.current, camera);
    } catch (error) {
      setStatus({ kind: "problem", says: (error as Error).message });
      return;
    }
    playback.players.add(player);
    let wellMs = performance.now();
    const look = () => {
      const found = player.statusAt(playback.snapshot().atS);
      if (found.kind !== "loading") wellMs = performance.now();
      else if (performance.now() - wellMs < PATIENCE_MS) return;
      setStatus((before) => (before.kind === found.kind && found.kind !== "problem" ? before : found));
    };
    const timer = window.setInterval(look, LOOK_MS);
    return () => {
      window.clearInterval(timer);
      playback.players.delete(player);
      player.close();
    };
  }, [video, camera, playback]);
  return status;
}
