/** The strip of time: drag to move it, wheel or pinch to zoom, click to go there, shift-drag to choose a range. */

import { type PointerEvent, useEffect, useRef } from "react";
import { toneOf, wordOf } from "../camera/StateBadge";
import { momentOf, utcTimeOf } from "../media/times";
import { texts } from "../texts";
import { AXIS_PX, type Colors, draw, type Range, type Row, rowPx } from "./draw";
import type { Playback } from "./playback";
import { stateAt } from "./recordings";
import { toPx, toS, type View, zoomed } from "./scale";

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
const TOLD_EVERY_S = 60;

export const stripPx = (rows: number): number => AXIS_PX + Math.max(1, rows) * rowPx(rows);

type Hold = { id: number; x: number; beganX: number; view: View; isRange: boolean; hasMoved: boolean };

export function Scrubber({ playback, view, rows, range, onView, onRange }: ScrubberProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const hover = useRef<HTMLOutputElement>(null);
  const told = useRef(() => {});
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
      const now = `${width} ${tall} ${atS} ${Math.floor(Date.now() / 1000)} ${document.documentElement.dataset.theme}`;
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
    let toldS = Number.NEGATIVE_INFINITY;
    let toldOf: readonly Row[] | null = null;
    const tell = () => {
      const { atS, isPlaying } = playback.snapshot();
      const { rows } = latest.current;
      if (isPlaying && rows === toldOf && Math.abs(atS - toldS) < TOLD_EVERY_S) return;
      [toldS, toldOf] = [atS, rows];
      element.setAttribute("aria-valuenow", String(Math.round(atS)));
      element.setAttribute("aria-valuetext", [momentOf(atS), ...statesAt(rows, atS)].join(", "));
    };
    told.current = tell;
    const deaf = playback.listen(tell);
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
  useEffect(() => told.current(), [rows]);

  const width = () => canvas.current?.clientWidth ?? 1;
  const x = (event: PointerEvent) => event.clientX - (canvas.current?.getBoundingClientRect().left ?? 0);

  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    canvas.current?.setPointerCapture(event.pointerId);
    const at = x(event);
    const isRange = event.shiftKey && held.current.size === 0;
    held.current.set(event.pointerId, { id: event.pointerId, x: at, beganX: at, view, isRange, hasMoved: false });
    for (const each of held.current.values()) Object.assign(each, { view, beganX: each.x });
  };

  const move = (event: PointerEvent) => {
    showTime(event);
    const hold = held.current.get(event.pointerId);
    if (!hold) return;
    hold.x = x(event);
    if (Math.abs(hold.x - hold.beganX) > DRAG_PX) hold.hasMoved = true;
    const [one, other] = held.current.values();
    if (one && other) pinch(one, other);
    else if (hold.hasMoved && hold.isRange) {
      const ends = [toS(view, width(), hold.beganX), toS(view, width(), hold.x)] as const;
      onRange({ fromS: Math.min(...ends), toS: Math.max(...ends) });
    } else if (hold.hasMoved) {
      onView({ ...hold.view, fromS: hold.view.fromS - ((hold.x - hold.beganX) / width()) * hold.view.spanS });
    }
  };

  const pinch = (one: Hold, other: Hold) => {
    one.hasMoved = other.hasMoved = true;
    const before = Math.max(10, Math.abs(one.beganX - other.beganX));
    const now = Math.max(10, Math.abs(one.x - other.x));
    onView(zoomed(one.view, before / now, toS(one.view, width(), (one.beganX + other.beganX) / 2)));
  };

  const up = (event: PointerEvent) => {
    const hold = held.current.get(event.pointerId);
    held.current.delete(event.pointerId);
    for (const each of held.current.values()) Object.assign(each, { view, beganX: each.x });
    if (hold && !hold.hasMoved && event.type === "pointerup") playback.goTo(toS(view, width(), x(event)));
  };

  const showTime = (event: PointerEvent) => {
    if (!hover.current) return;
    const atS = toS(view, width(), x(event));
    const top = canvas.current?.getBoundingClientRect().top ?? 0;
    const row = rows[Math.floor((event.clientY - top - AXIS_PX) / rowPx(rows.length))];
    const state = row?.overview && stateAt(row.overview.health, atS);
    const parts = [momentOf(atS), utcTimeOf(atS), ...(state ? [wordOf(state.what)] : [])];
    hover.current.textContent = parts.join(" · ");
    hover.current.style.left = `${Math.min(width() - 130, Math.max(130, toPx(view, width(), atS)))}px`;
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
      />
      <output ref={hover} className="scrubber-hover numbers" aria-hidden="true" />
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
