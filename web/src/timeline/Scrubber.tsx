/** The strip of time: drag to move it, wheel or pinch to zoom, click to go there, shift-drag to choose a range. A finger,
 * or the mouse on the mark of the time, drags the time itself. */

import { type PointerEvent, useEffect, useRef, useState } from "react";
import { toneOf, wordOf } from "../camera/StateBadge";
import { momentOf, nowS } from "../media/times";
import { texts } from "../texts";
import { AXIS_PX, type Colors, draw, type Range, type Row, rowPx } from "./draw";
import { Hint, type Pointed } from "./Hint";
import type { Playback } from "./playback";
import { stateAt } from "./recordings";
import { toPx, toS, type View, zoomed } from "./scale";
import { forgetThumbnails } from "./thumbnails";

type ScrubberProps = {
  playback: Playback;
  view: View;
  rows: readonly Row[];
  range: Range | null;
  onView: (view: View) => void;
  onRange: (range: Range | null) => void;
};

/** Less is a click. */
const DRAG_PX = 4;
const ZOOM_FOR_EACH_PX = 0.0018;
/** While it plays, a reader of the screen hears of steps this long, not of each second. */
const REPORT_EVERY_S = 60;

const dark = matchMedia("(prefers-color-scheme: dark)");

export const stripPx = (rows: number): number => AXIS_PX + Math.max(1, rows) * rowPx(rows);

/** So near to the mark of the time it is the mark that is dragged. */
const MARK_PX = 8;
/** Where the time is dragged this near to an end of the strip, the strip moves on. */
const EDGE_PX = 24;
const EDGE_EVERY_MS = 40;
const EDGE_SHARE = 0.012;

type Hold = { x: number; beganX: number; y: number; view: View; does: "move" | "range" | "time"; hasMoved: boolean };

export function Scrubber({ playback, view, rows, range, onView, onRange }: ScrubberProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [pointed, setPointed] = useState<Pointed | null>(null);
  const edge = useRef(0);
  const reporting = useRef(() => {});
  const held = useRef(new Map<number, Hold>());
  const latest = useRef({ view, rows, range, onView });
  latest.current = { view, rows, range, onView };
  const height = stripPx(rows.length);

  useEffect(() => {
    const element = canvas.current;
    const paper = element?.getContext("2d");
    if (!element || !paper) return;
    let frame = 0;
    let painted = "";
    let paintedFor: unknown[] = [];
    const paint = () => {
      frame = requestAnimationFrame(paint);
      const { clientWidth: width, clientHeight: tall } = element;
      const { view, rows, range } = latest.current;
      const { atS } = playback.snapshot();
      // Only where something changed: the time itself moves what is not recorded yet.
      const theme = `${document.documentElement.dataset.theme} ${dark.matches}`;
      const now = `${width} ${tall} ${atS} ${Math.floor(Date.now() / 1000)} ${theme}`;
      if (now === painted && [view, rows, range].every((each, n) => each === paintedFor[n])) return;
      painted = now;
      paintedFor = [view, rows, range];
      const dots = window.devicePixelRatio || 1;
      if (element.width !== Math.round(width * dots) || element.height !== Math.round(tall * dots)) {
        element.width = Math.round(width * dots);
        element.height = Math.round(tall * dots);
      }
      paper.setTransform(dots, 0, 0, dots, 0, 0);
      draw(paper, { view, rows, range, width, height: tall, atS }, colorsOf(element));
    };
    paint();
    let reportedS = Number.NEGATIVE_INFINITY;
    let reportedOf: readonly Row[] | null = null;
    const report = () => {
      const { atS, isPlaying } = playback.snapshot();
      const { rows } = latest.current;
      if (isPlaying && rows === reportedOf && Math.abs(atS - reportedS) < REPORT_EVERY_S) return;
      [reportedS, reportedOf] = [atS, rows];
      element.setAttribute("aria-valuenow", String(Math.round(atS)));
      element.setAttribute("aria-valuetext", [momentOf(atS), ...statesAt(rows, atS)].join(", "));
    };
    reporting.current = report;
    const deaf = playback.listen(report);
    const onWheel = (event: WheelEvent) => {
      event.preventDefault();
      const { view, onView } = latest.current;
      const width = element.clientWidth;
      if (Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey) {
        onView({ ...view, fromS: view.fromS + (((event.deltaX || event.deltaY) / width) * view.spanS) / 2 });
      } else onView(zoomed(view, Math.exp(event.deltaY * ZOOM_FOR_EACH_PX), toS(view, width, event.offsetX)));
    };
    // By hand, since React's wheel listeners may not keep the page from scrolling.
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      cancelAnimationFrame(frame);
      deaf();
      element.removeEventListener("wheel", onWheel);
    };
  }, [playback]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: how cameras were is known later than the time
  useEffect(() => reporting.current(), [rows]);

  const width = () => canvas.current?.clientWidth ?? 1;
  const x = (event: PointerEvent) => event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);
  const y = (event: PointerEvent) => event.clientY - (canvas.current?.getBoundingClientRect().top ?? 0);
  const rowAt = (px: number) => rows[Math.floor((px - AXIS_PX) / rowPx(rows.length))] ?? rows[0];
  const point = (at: number, px: number, isDragging: boolean) =>
    setPointed({ row: rowAt(px), atS: Math.min(nowS(), toS(latest.current.view, width(), at)), x: at, isDragging });

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.current?.setPointerCapture(event.pointerId);
    const at = x(event);
    const isFirst = held.current.size === 0;
    const isOnMark = Math.abs(at - toPx(view, width(), playback.snapshot().atS)) <= MARK_PX;
    const does = event.shiftKey && isFirst ? "range" : event.pointerType !== "mouse" || isOnMark ? "time" : "move";
    held.current.set(event.pointerId, { x: at, beganX: at, y: y(event), view, does, hasMoved: false });
    for (const each of held.current.values()) Object.assign(each, { view, beganX: each.x });
    if (!isFirst) letGo();
  };

  const move = (event: PointerEvent) => {
    const hold = held.current.get(event.pointerId);
    if (!hold) {
      if (event.pointerType === "mouse") point(x(event), y(event), false);
      return;
    }
    hold.x = x(event);
    hold.y = y(event);
    if (Math.abs(hold.x - hold.beganX) > DRAG_PX) hold.hasMoved = true;
    const [one, other] = held.current.values();
    if (one && other) pinch(one, other);
    else if (!hold.hasMoved) return;
    else if (hold.does === "range") {
      const ends = [toS(view, width(), hold.beganX), toS(view, width(), hold.x)] as const;
      onRange({ fromS: Math.min(...ends), toS: Math.max(...ends) });
    } else if (hold.does === "move") {
      onView({ ...hold.view, fromS: hold.view.fromS - ((hold.x - hold.beganX) / width()) * hold.view.spanS });
    } else {
      dragTime(hold);
      edge.current ||= window.setInterval(() => moveOn(hold), EDGE_EVERY_MS);
    }
  };

  const dragTime = (hold: Hold) => {
    const at = Math.min(width() - EDGE_PX, Math.max(EDGE_PX, hold.x));
    playback.isHeld = true;
    playback.goTo(toS(latest.current.view, width(), at));
    point(at, hold.y, true);
  };

  /** While the time is held at an end of the strip. */
  const moveOn = (hold: Hold) => {
    const way = hold.x < EDGE_PX ? -1 : hold.x > width() - EDGE_PX ? 1 : 0;
    if (way === 0 || (way > 0 && playback.snapshot().atS > nowS() - 1)) return;
    const { view, onView } = latest.current;
    onView({ ...view, fromS: view.fromS + way * EDGE_SHARE * view.spanS });
    dragTime(hold);
  };

  const letGo = () => {
    window.clearInterval(edge.current);
    edge.current = 0;
    playback.isHeld = false;
    setPointed(null);
  };
  useEffect(
    () => () => {
      window.clearInterval(edge.current);
      forgetThumbnails();
    },
    [],
  );

  const pinch = (one: Hold, other: Hold) => {
    one.hasMoved = other.hasMoved = true;
    const before = Math.max(10, Math.abs(one.beganX - other.beganX));
    const now = Math.max(10, Math.abs(one.x - other.x));
    const aboutS = toS(one.view, width(), (one.beganX + other.beganX) / 2);
    const { spanS } = zoomed(one.view, before / now, aboutS);
    onView({ fromS: aboutS - ((one.x + other.x) / 2 / width()) * spanS, spanS });
  };

  const up = (event: PointerEvent) => {
    const hold = held.current.get(event.pointerId);
    held.current.delete(event.pointerId);
    for (const each of held.current.values()) Object.assign(each, { view, beganX: each.x, does: "move" });
    if (!hold) return;
    if (!hold.hasMoved && event.type === "pointerup") playback.goTo(toS(view, width(), hold.x));
    letGo();
  };

  /** From the keyboard: what is at the time. */
  const focus = () => {
    if (!canvas.current?.matches(":focus-visible")) return;
    const at = toPx(view, width(), playback.snapshot().atS);
    if (at >= 0 && at <= width()) point(at, 0, false);
  };

  return (
    <div className="scrubber">
      <canvas
        ref={canvas}
        style={{ height }}
        aria-label={texts.timeline.scrubber}
        role="slider"
        tabIndex={0}
        aria-valuemin={Math.round(view.fromS)}
        aria-valuenow={Math.round(playback.snapshot().atS)}
        aria-valuemax={Math.round(view.fromS + view.spanS)}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={up}
        onPointerLeave={() => held.current.size === 0 && setPointed(null)}
        onFocus={focus}
        onKeyUp={focus}
        onBlur={() => setPointed(null)}
      />
      {pointed && <Hint at={pointed} spanS={view.spanS} width={width()} />}
    </div>
  );
}

/** In words, how the cameras were; of several only those with which not all was well. */
function statesAt(rows: readonly Row[], atS: number): string[] {
  const found = rows.map(({ title, overview }) => ({ title, what: overview && stateAt(overview.health, atS)?.what }));
  if (rows.length === 1) return found.flatMap(({ what }) => (what ? [wordOf(what)] : []));
  return found.flatMap(({ title, what }) => (what && toneOf(what) !== "good" ? [`${title}: ${wordOf(what)}`] : []));
}

function colorsOf(element: HTMLElement): Colors {
  const style = getComputedStyle(element);
  const of = (name: string) => style.getPropertyValue(name);
  return {
    ink: of("--c-ink"),
    soft: of("--c-soft"),
    line: of("--c-line"),
    sunken: of("--c-sunken"),
    accent: of("--c-accent"),
    wash: of("--c-wash"),
    warn: of("--c-warn"),
    bad: of("--c-bad"),
    font: style.fontFamily,
  };
}
