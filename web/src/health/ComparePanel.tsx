/** What a camera should show, as it was learned, and what it shows now: side by side, or one over the other. */

import { type CSSProperties, useEffect, useState } from "react";
import { addressOf, type Problem, post } from "../api/client";
import { useMay } from "../app/session";
import { texts } from "../texts";
import { Button, Confirm, Note, Panel, Segmented, sentence, useToast, When } from "../ui";
import { type Picture, usePicture } from "./usePicture";

const WAYS = ["side", "slide", "flicker"] as const;
type Way = (typeof WAYS)[number];
const FLICKER_MS = 900;

type CompareProps = { camera: string; referenceAt90k: number | null; isRecorded: boolean };

/** referenceAt90k: null: there is none. */
export function ComparePanel({ camera, referenceAt90k, isRecorded }: CompareProps) {
  const may = useMay();
  const maySee = may("still:see");
  const path = { camera };
  const hasReference = referenceAt90k !== null;
  // The time is in the key, so that a new reference is asked for; the API takes no notice of it.
  const reference = usePicture(
    maySee && hasReference
      ? `${addressOf("/api/cameras/{camera}/health/reference.jpg", { path })}?${referenceAt90k}`
      : null,
  );
  const now = usePicture(maySee && isRecorded ? addressOf("/api/cameras/{camera}/still.jpg", { path }) : null);
  const [way, setWay] = useState<Way>("side");
  const [isAsking, setIsAsking] = useState(false);
  const both = Boolean(reference.answer && now.answer);
  return (
    <Panel
      title={texts.health.compare}
      about={texts.health.compareAbout}
      actions={
        <>
          {both && (
            <Segmented
              label={texts.health.way}
              value={way}
              choices={WAYS.map((each) => ({ value: each, label: texts.health.ways[each] }))}
              onChange={setWay}
            />
          )}
          {maySee && isRecorded && (
            <Button icon="refresh" onClick={now.again}>
              {texts.health.newest}
            </Button>
          )}
          {may("health:rebase") && <Button onClick={() => setIsAsking(true)}>{texts.health.rebase}</Button>}
        </>
      }
    >
      {!maySee && (
        <Note tone="calm" icon="about">
          {texts.health.noPictures}
        </Note>
      )}
      {maySee && (both ? way : "side") === "side" && (
        <div className="compare">
          <Shown
            title={texts.health.reference}
            at90k={referenceAt90k}
            picture={reference.answer ?? null}
            problem={reference.problem}
            missing={hasReference ? "" : texts.health.noReference}
          />
          <Shown
            title={texts.health.now}
            at90k={now.answer?.at90k ?? null}
            picture={now.answer ?? null}
            problem={now.problem}
            missing={isRecorded ? "" : texts.health.notRecorded}
          />
        </div>
      )}
      {reference.answer && now.answer && way !== "side" && (
        <Over reference={reference.answer.url} now={now.answer.url} way={way} />
      )}
      {isAsking && <Rebase camera={camera} onClose={() => setIsAsking(false)} />}
    </Panel>
  );
}

type ShownProps = {
  title: string;
  at90k: number | null;
  picture: Picture | null;
  problem: Problem | null;
  /** Why there is none, where that is known. */
  missing: string;
};

function Shown({ title, at90k, picture, problem, missing }: ShownProps) {
  return (
    <figure>
      <div className="compare-picture">
        {picture ? (
          <img src={picture.url} alt={title} />
        ) : (
          <p>{problem ? `${sentence(problem.message)} ${problem.hint ? sentence(problem.hint) : ""}` : missing}</p>
        )}
      </div>
      <figcaption>
        <strong>{title}</strong>{" "}
        {at90k !== null && (
          <span className="soft small">
            <When at90k={at90k} />
          </span>
        )}
      </figcaption>
    </figure>
  );
}

function Over({ reference, now, way }: { reference: string; now: string; way: Way }) {
  const [share, setShare] = useState(50);
  const [isNow, setIsNow] = useState(true);
  useEffect(() => {
    if (way !== "flicker" || matchMedia("(prefers-reduced-motion: reduce)").matches) return;
    const timer = window.setInterval(() => setIsNow((before) => !before), FLICKER_MS);
    return () => window.clearInterval(timer);
  }, [way]);
  const shown = way === "slide" ? share : isNow ? 100 : 0;
  return (
    <div className="over">
      <div className="compare-picture" style={{ "--shown": `${shown}%` } as CSSProperties}>
        <img src={reference} alt={texts.health.reference} />
        <img className="over-now" src={now} alt={texts.health.now} />
        {way === "slide" && <span className="over-line" />}
      </div>
      {way === "slide" ? (
        <label className="over-slider">
          <span>{texts.health.now}</span>
          <input
            type="range"
            min={0}
            max={100}
            value={share}
            aria-label={texts.health.slider}
            onChange={(event) => setShare(Number(event.target.value))}
          />
          <span>{texts.health.reference}</span>
        </label>
      ) : (
        <Button aria-live="off" onClick={() => setIsNow(!isNow)}>
          {isNow ? texts.health.now : texts.health.reference}
        </Button>
      )}
    </div>
  );
}

function Rebase({ camera, onClose }: { camera: string; onClose: () => void }) {
  const toast = useToast();
  return (
    <Confirm
      title={texts.health.rebaseTitle}
      does={texts.health.rebase}
      onClose={onClose}
      onConfirm={async () => {
        await post("/api/cameras/{camera}/health/reference", { path: { camera } });
        toast(texts.health.rebased);
      }}
    >
      <p>{texts.health.rebaseAbout}</p>
    </Confirm>
  );
}
