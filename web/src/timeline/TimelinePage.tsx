/** What was recorded: one camera, or several in step, over a strip of time. */

import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { goTo, hashOf, type Route } from "../app/routes";
import type { SectionProps } from "../app/sections";
import { type Camera, titleOf, useCameras } from "../camera/cameras";
import { NoCameras } from "../camera/NoCameras";
import { CoverLegend } from "../media/CoverLegend";
import { momentOf, nowS, timeOf } from "../media/times";
import { texts } from "../texts";
import { Button, Empty, Icon, PageHead, ProblemNote, sentence } from "../ui";
import { ChooseCameras, MAX_TOGETHER } from "./ChooseCameras";
import { Controls } from "./Controls";
import type { Range, Row } from "./draw";
import { type Exported, whyNoExport } from "./Export";
import { FarAway } from "./FarAway";
import { Legend } from "./Legend";
import { isEmpty, recordedAfter, recordedBefore, useOverviews } from "./overviews";
import { Picture } from "./Picture";
import { Playback } from "./playback";
import type { Elsewhere, Overview, Stretch } from "./recordings";
import { Scrubber, stripPx } from "./Scrubber";
import { type View, zoomed } from "./scale";
import { useKeys } from "./useKeys";
import "./timeline.css";

const FIRST_SPAN_S = 3600;
/** Where the time is in the view that is first shown: what was is of more interest than what is not yet. */
const FIRST_SHARE = 0.8;
const BEFORE_END_S = 5;
const FEW = 4;
const NONE: readonly Stretch[] = [];
const NOWHERE: readonly Elsewhere[] = [];
const KEY = "passerby-timeline-cameras";

export default function TimelinePage({ route }: SectionProps) {
  const { cameras, states, problem, again } = useCameras();
  const named = route.path[1]?.split("+") ?? [];
  const chosen = cameras?.filter((each) => named.includes(each.name)).slice(0, MAX_TOGETHER);
  const first = cameras?.find((each) => states.get(each.name)?.what === "recording") ?? cameras?.[0];

  const seen = chosen?.map((each) => each.name).join("+");
  useEffect(() => {
    if (seen) localStorage.setItem(KEY, seen);
    else if (named.length === 0 && first) goTo(`#/timeline/${lastSeen(cameras) || first.name}`, true);
  }, [seen, named.length, first, cameras]);

  if (!cameras || !chosen) {
    return (
      <>
        <PageHead title={texts.timeline.title} />
        <ProblemNote problem={problem} onAgain={again} />
      </>
    );
  }
  if (!first) {
    return (
      <>
        <PageHead title={texts.timeline.title} />
        <NoCameras />
      </>
    );
  }
  if (!chosen.length) {
    return named.length ? <Empty isPage icon="timeline" title={texts.live.noSuch(named.join(", "))} /> : null;
  }
  return (
    <>
      <ProblemNote problem={problem} onAgain={again} />
      <Together key={named.join("+")} all={cameras} cameras={chosen} route={route} />
    </>
  );
}

/** The cameras that were looked at last, of those that are still there for this user. */
function lastSeen(cameras: readonly Camera[] | undefined): string {
  const names = localStorage.getItem(KEY)?.split("+") ?? [];
  return names.filter((name) => cameras?.some((each) => each.name === name)).join("+");
}

function Together({ all, cameras, route }: { all: Camera[]; cameras: Camera[]; route: Route }) {
  const askedS = askedTime(route);
  const [playback] = useState(() => new Playback(askedS ?? nowS() - BEFORE_END_S));
  const [view, setView] = useState<View>(() => viewOf(playback.snapshot().atS));
  const [range, setRange] = useState<Range | null>(null);
  const [isChoosing, setIsChoosing] = useState(false);
  const names = useMemo(() => cameras.map((each) => each.name), [cameras]);
  const overviews = useOverviews(names, view);
  const rows = useMemo(
    () => cameras.map((each): Row => ({ name: each.name, title: titleOf(each), overview: overviews.get(each.name) })),
    [cameras, overviews],
  );

  const exported = useMemo(
    () => cameras.map((each): Exported => ({ ...each, title: titleOf(each), overview: overviews.get(each.name) })),
    [cameras, overviews],
  );

  useEffect(() => {
    playback.start();
    return () => playback.stop();
  }, [playback]);
  playback.recordedAfter = (atS) => recordedAfter(overviews.values(), atS);
  useFollowing(playback, setView);
  useBeginAtNewest(playback, overviews, cameras.length, askedS === null);
  useTimeInAddress(playback, names);

  const zoom = useCallback(
    (factor: number) => setView((before) => zoomed(before, factor, playback.snapshot().atS)),
    [playback],
  );
  useKeys({ playback, range, onRange: setRange, onZoom: zoom });

  const skip = (isAfter: boolean) => {
    const { atS } = playback.snapshot();
    const beforeS = recordedBefore(overviews.values(), atS);
    const foundS = isAfter ? recordedAfter(overviews.values(), atS) : beforeS && beforeS - BEFORE_END_S;
    if (foundS !== null) playback.goTo(foundS);
    else zoom(4); // what there is, is beyond what is known: show more time
  };

  const columns = cameras.length === 1 ? 1 : cameras.length <= 4 ? 2 : cameras.length <= 9 ? 3 : 4;
  const narrow = cameras.length <= 2 ? 1 : 2;
  const shape = {
    "--columns": columns,
    "--narrow": narrow,
    "--rows": Math.ceil(cameras.length / columns),
    "--strip": `${stripPx(cameras.length)}px`,
  };
  return (
    <div className={cameras.length > FEW ? "timeline many" : "timeline"} style={shape as React.CSSProperties}>
      <PageHead
        title={cameras.length === 1 && cameras[0] ? titleOf(cameras[0]) : texts.timeline.together(cameras.length)}
        actions={
          <>
            <Button icon="cameras" onClick={() => setIsChoosing(true)}>
              {texts.timeline.cameras}
            </Button>
            <a className="button" href={cameras.length === 1 ? `#/live/${names[0]}` : "#/live"}>
              <Icon name="live" size={18} />
              <span>{texts.nav.live}</span>
            </a>
          </>
        }
      />
      <div className="pictures">
        {cameras.map((each) => (
          <Picture
            key={each.name}
            camera={each.name}
            title={titleOf(each)}
            isAlone={cameras.length === 1}
            isEmpty={isAllEmpty(overviews.get(each.name))}
            health={overviews.get(each.name)?.health ?? NONE}
            elsewhere={overviews.get(each.name)?.elsewhere ?? NOWHERE}
            playback={playback}
            onSkip={skip}
          />
        ))}
      </div>
      <div className="desk">
        <Controls playback={playback} cameras={exported} range={range} onRange={setRange} onZoom={zoom} />
        <Scrubber playback={playback} view={view} rows={rows} range={range} onView={setView} onRange={setRange} />
        <div className="desk-foot">
          <Legend />
          <p className="small numbers timeline-range">{range && <Chosen range={range} cameras={exported} />}</p>
        </div>
      </div>
      <FarAway playback={playback} overviews={overviews} />
      <CoverLegend />
      <p className="soft small timeline-help">{texts.timeline.help}</p>
      {isChoosing && (
        <ChooseCameras
          cameras={all}
          chosen={names}
          onClose={() => setIsChoosing(false)}
          onChoose={(wanted) =>
            goTo(hashOf(["timeline", wanted.join("+")], { at: String(Math.floor(playback.snapshot().atS)) }))
          }
        />
      )}
    </div>
  );
}

/** Which range is chosen, and why it cannot be exported. */
function Chosen({ range, cameras }: { range: Range; cameras: readonly Exported[] }) {
  const why = whyNoExport(cameras, range);
  return (
    <>
      {momentOf(range.fromS)} – {timeOf(range.toS)}
      {why && <strong> {sentence(why)}</strong>}
    </>
  );
}

function isAllEmpty(overview: Overview | undefined): boolean {
  return overview !== undefined && isEmpty(overview, overview);
}

function viewOf(atS: number): View {
  return { fromS: atS - FIRST_SPAN_S * FIRST_SHARE, spanS: FIRST_SPAN_S };
}

function askedTime(route: Route): number | null {
  const asked = Number.parseFloat(route.query.get("at") ?? "");
  return Number.isFinite(asked) && asked > 0 ? asked : null;
}

/** The strip moves on when the time would leave it; not while somebody looks elsewhere on purpose. */
function useFollowing(playback: Playback, setView: (change: (before: View) => View) => void): void {
  const last = useRef(playback.snapshot().atS);
  useEffect(
    () =>
      playback.listen(() => {
        const { atS } = playback.snapshot();
        const beforeS = last.current;
        last.current = atS;
        setView((view) => {
          const wasIn = beforeS >= view.fromS && beforeS <= view.fromS + view.spanS;
          const isIn = atS >= view.fromS && atS <= view.fromS + view.spanS * 0.97;
          const hasJumped = Math.abs(atS - beforeS) > view.spanS / 10;
          if (isIn || (!wasIn && !hasJumped)) return view;
          return { ...view, fromS: atS - view.spanS * (hasJumped ? 0.5 : 0.25) };
        });
      }),
    [playback, setView],
  );
}

/** Where no time was asked for: the end of what there is. */
function useBeginAtNewest(
  playback: Playback,
  overviews: ReturnType<typeof useOverviews>,
  count: number,
  isWanted: boolean,
): void {
  const isDone = useRef(!isWanted);
  useEffect(() => {
    if (isDone.current || overviews.size < count) return;
    isDone.current = true;
    const { atS } = playback.snapshot();
    if ([...overviews.values()].some(({ gaps }) => !gaps.some(([from, to]) => from <= atS && atS < to))) return;
    const endS = recordedBefore(overviews.values(), atS);
    if (endS !== null) playback.goTo(endS - BEFORE_END_S);
  }, [playback, overviews, count]);
}

const REMEMBER_MS = 1000;

/** So that a reload, or a link that is sent to somebody, comes back to the same time. */
function useTimeInAddress(playback: Playback, names: readonly string[]): void {
  useEffect(() => {
    let timer = 0;
    const stop = playback.listen(() => {
      if (playback.snapshot().isPlaying) return;
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        const at = playback.snapshot().atS.toFixed(2);
        history.replaceState(null, "", hashOf(["timeline", names.join("+")], { at }));
      }, REMEMBER_MS);
    });
    return () => {
      stop();
      window.clearTimeout(timer);
    };
  }, [playback, names]);
}
