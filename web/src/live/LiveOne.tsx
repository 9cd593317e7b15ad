/** One camera, large: how it is, since when, and how old its picture is. */

import { type RefObject, useEffect, useRef, useState } from "react";
import { goTo } from "../app/routes";
import { type Camera, type State, titleOf } from "../camera/cameras";
import { StateBadge } from "../camera/StateBadge";
import { CoverLegend } from "../media/CoverLegend";
import { momentOf, nowS, secondsOf, timeOf, utcTimeOf } from "../media/times";
import { inWords, texts } from "../texts";
import { sentence, ToolButton, ToolLink } from "../ui";
import { HappensNow } from "./HappensNow";
import { asSeen, LivePicture } from "./LivePicture";
import type { LivePlayer, LiveState } from "./player";
import { shapeWithin } from "./rows";
import { useHappening } from "./useHappening";

type OneProps = { camera: Camera; others: Camera[]; state: State | undefined };

export function LiveOne({ camera, others, state }: OneProps) {
  const frame = useRef<HTMLDivElement>(null);
  const player = useRef<RefObject<LivePlayer | null> | null>(null);
  const [kind, setKind] = useState<LiveState["kind"]>("connecting");
  const [shape, setShape] = useState(16 / 9);
  const happening = useHappening();
  const title = titleOf(camera);
  const at = others.findIndex((each) => each.name === camera.name);
  const before = others[at - 1];
  const after = others[at + 1];

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.target instanceof HTMLInputElement || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.key === "Escape" && !document.fullscreenElement) goTo("#/live");
      if (event.key === "ArrowLeft" && before) goTo(`#/live/${before.name}`);
      if (event.key === "ArrowRight" && after) goTo(`#/live/${after.name}`);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [before, after]);

  return (
    <article className="one" style={{ "--shape": shape } as React.CSSProperties}>
      <header className="one-head">
        <ToolLink icon="grid" word={texts.live.all} href="#/live" />
        <h1>{title}</h1>
        <div className="row">
          {before && <Neighbour camera={before} icon="back" word={texts.live.previous} />}
          {after && <Neighbour camera={after} icon="next" word={texts.live.next} />}
          <ToolLink
            icon="timeline"
            word={texts.live.timeline}
            label={texts.live.timelineOf(title)}
            href={`#/timeline/${camera.name}`}
          />
          <ToolButton icon="large" word={texts.live.full} onClick={() => frame.current?.requestFullscreen()} />
        </div>
      </header>
      <div ref={frame} className="one-frame">
        <LivePicture
          camera={camera.name}
          state={state}
          onKind={setKind}
          onShape={(seen) => setShape(shapeWithin(seen))}
          canZoom
          playerRef={(found) => {
            player.current = found;
          }}
        />
      </div>
      <footer className="one-foot">
        <StateBadge state={asSeen(state, kind)} />
        <HappensNow camera={camera} happening={happening.get(camera.name)} />
        <span>{state?.reason && sentence(inWords(state.said, state.reason))}</span>
        {state?.since_90k && <span className="soft">{texts.live.since(momentOf(secondsOf(state.since_90k)))}</span>}
        <ShownAt player={player} />
      </footer>
      <CoverLegend />
    </article>
  );
}

function Neighbour({ camera, icon, word }: { camera: Camera; icon: "back" | "next"; word: string }) {
  return <ToolLink icon={icon} word={word} label={`${word}: ${titleOf(camera)}`} href={`#/live/${camera.name}`} />;
}

const EVERY_MS = 500;

function ShownAt({ player }: { player: RefObject<RefObject<LivePlayer | null> | null> }) {
  const [atS, setAtS] = useState<number | null>(null);
  useEffect(() => {
    const timer = window.setInterval(() => setAtS(player.current?.current?.shownAtS ?? null), EVERY_MS);
    return () => window.clearInterval(timer);
  }, [player]);
  return (
    <span className="shown-at numbers soft">
      {atS !== null && (
        <>
          <span>{timeOf(atS)}</span> <span className="small">{utcTimeOf(atS)}</span>{" "}
          <span className="small" title={texts.live.delayHint}>
            {texts.live.delay(Math.max(0, nowS() - atS))}
          </span>
        </>
      )}
    </span>
  );
}
