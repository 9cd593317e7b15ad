/** The camera's picture with the shapes of its rules over it; those of one can be moved with a mouse, a finger or keys. */

import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from "react";
import type { Size } from "../redact/box";
import { texts } from "../texts";
import { groundSizeOf, type Values } from "./kinds";
import {
  beside,
  inPixels,
  isClosed,
  MAX_CORNERS,
  MIN_CORNERS,
  middleOf,
  moved,
  type Point,
  type Points,
  SHAPES,
  type Shape,
  sidesOf,
  snapped,
  within,
} from "./shape";

const words = texts.rules.draw;
/** On the screen: what is nearer is meant. */
const SNAP_PX = 10;
/** With one press of an arrow key; with Shift. */
const KEY_STEP = 0.01;
const FINE_STEP = 0.001;
const ARROWS: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** A point of a shape, by number. */
export type Picked = { shape: Shape; index: number };
type Held = { shape: Shape; from: Point; before: Points; index: number | null; group: string };

export type Drawn = {
  values: Values;
  isWrong: boolean;
  picked: Picked | null;
  onPick: (picked: Picked | null) => void;
  /** group: of what belongs together, such as one drag; null: a step of its own. */
  onShape: (shape: Shape, points: Points, group: string | null) => void;
};

type CanvasProps = {
  size: Size;
  /** The picture, or what is there instead. */
  children: ReactNode;
  /** Shown, not moved. */
  others: readonly { values: Values; isOff: boolean }[];
  drawn: Drawn | null;
};

export function Canvas({ size, children, others, drawn }: CanvasProps) {
  return (
    <div
      className="rules-canvas"
      style={{ aspectRatio: size.width / size.height, maxWidth: `calc(68dvh * ${size.width / size.height})` }}
    >
      {children}
      <svg className="rules-shapes" viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
        {others.map(({ values, isOff }) => (
          <g key={values.name} className={`rule-other${isOff ? " is-off" : ""}${drawn ? " is-behind" : ""}`}>
            {shapesOf(values).map(([shape, points]) => (
              <path key={shape} className={`rule-${shape}`} d={pathOf(shape, points, size)} />
            ))}
          </g>
        ))}
      </svg>
      {!drawn && others.map(({ values }) => <NameTag key={values.name} values={values} />)}
      {drawn && <Moved drawn={drawn} size={size} others={others.flatMap(({ values }) => pointsOf(values))} />}
    </div>
  );
}

function Moved({ drawn, size, others }: { drawn: Drawn; size: Size; others: Points }) {
  const { values, isWrong, picked, onPick, onShape } = drawn;
  const svg = useRef<SVGSVGElement>(null);
  const held = useRef<Held | null>(null);
  const drags = useRef(0);

  const nextDrag = () => `drag ${drags.current++}`;

  const begin = (
    event: PointerEvent<SVGElement>,
    shape: Shape,
    points: Points,
    index: number | null,
    group = nextDrag(),
  ) => {
    if (event.button !== 0 || !svg.current) return;
    event.preventDefault();
    event.stopPropagation();
    svg.current.setPointerCapture(event.pointerId);
    held.current = { shape, before: points, index, group, from: shareOf(event, svg.current) };
    onPick(index === null ? null : { shape, index });
    if (event.currentTarget.tabIndex === 0) event.currentTarget.focus();
  };
  const go = (event: PointerEvent<SVGSVGElement>) => {
    const now = held.current;
    if (!now) return;
    const { width, height } = event.currentTarget.getBoundingClientRect();
    const to = shareOf(event, event.currentTarget);
    const by: Point = [to[0] - now.from[0], to[1] - now.from[1]];
    const old = now.index === null ? undefined : now.before[now.index];
    if (!old) return onShape(now.shape, moved(now.before, by), now.group);
    const next = snapped([old[0] + by[0], old[1] + by[1]], others, [SNAP_PX / width, SNAP_PX / height]);
    onShape(now.shape, withPoint(now.before, now.index, next), now.group);
  };
  const end = () => {
    held.current = null;
  };
  const added = (shape: Shape, points: Points, after: number, point: Point, group: string): Points => {
    const next = points.toSpliced(after + 1, 0, within(point));
    onShape(shape, next, group);
    onPick({ shape, index: after + 1 });
    return next;
  };
  const focus = (shape: Shape, index: number) =>
    requestAnimationFrame(() => svg.current?.querySelector<SVGElement>(`[data-point="${shape} ${index}"]`)?.focus());

  const pressedPoint = (event: KeyboardEvent, shape: Shape, points: Points, index: number) => {
    const arrow = ARROWS[event.key];
    const [x, y] = points[index] ?? [0, 0];
    if (arrow) {
      const step = event.shiftKey ? FINE_STEP : KEY_STEP;
      onShape(shape, withPoint(points, index, within([x + arrow[0] * step, y + arrow[1] * step])), `${shape} ${index}`);
    } else if ((event.key === "Delete" || event.key === "Backspace") && canRemove(shape, points)) {
      onShape(shape, points.toSpliced(index, 1), null);
      focus(shape, Math.max(0, index - 1));
    } else return;
    event.preventDefault();
  };
  const pressedWhole = (event: KeyboardEvent, shape: Shape, points: Points) => {
    const arrow = ARROWS[event.key];
    if (!arrow) return;
    const step = event.shiftKey ? FINE_STEP : KEY_STEP;
    onShape(shape, moved(points, [arrow[0] * step, arrow[1] * step]), shape);
    event.preventDefault();
  };

  return (
    <>
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: a title would be shown wherever the mouse rests; its parts have names */}
      <svg
        ref={svg}
        className={`rules-shapes is-moved${isWrong ? " is-wrong" : ""}`}
        viewBox={`0 0 ${size.width} ${size.height}`}
        onPointerMove={go}
        onPointerUp={end}
        onPointerCancel={end}
      >
        {shapesOf(values).map(([shape, points]) => (
          <g key={shape}>
            {/* biome-ignore lint/a11y/useSemanticElements: nothing of HTML goes into an SVG */}
            <g
              role="button"
              tabIndex={0}
              aria-label={words.whole[shape]}
              className="rule-whole"
              onPointerDown={(event) => begin(event, shape, points, null)}
              onFocus={() => onPick(null)}
              onKeyDown={(event) => pressedWhole(event, shape, points)}
            >
              <path className={`rule-${shape}`} d={pathOf(shape, points, size)} />
              <path className="rule-catch" d={pathOf(shape, points, size)} />
            </g>
            {shape === "line" && <Sides points={points} size={size} />}
            {shape === "zone" &&
              points.length < MAX_CORNERS &&
              sidesOf(points).map(([a, b], index) => (
                // biome-ignore lint/a11y/useSemanticElements: nothing of HTML goes into an SVG
                <g
                  // biome-ignore lint/suspicious/noArrayIndexKey: the side is its number
                  key={index}
                  role="button"
                  tabIndex={0}
                  aria-label={words.addCorner(index + 1, ((index + 1) % points.length) + 1)}
                  className="rule-middle"
                  onPointerDown={(event) => {
                    if (event.button !== 0) return;
                    const group = nextDrag();
                    begin(event, shape, added(shape, points, index, middleOf([a, b]), group), index + 1, group);
                  }}
                  onKeyDown={(event) => {
                    if (event.key !== "Enter" && event.key !== " ") return;
                    event.preventDefault();
                    added(shape, points, index, middleOf([a, b]), nextDrag());
                    focus(shape, index + 1);
                  }}
                >
                  <Dot at={inPixels(middleOf([a, b]), size)} />
                </g>
              ))}
            {points.map((point, index) => (
              // biome-ignore lint/a11y/useSemanticElements: nothing of HTML goes into an SVG
              <g
                // biome-ignore lint/suspicious/noArrayIndexKey: the point is its number
                key={index}
                role="button"
                tabIndex={0}
                data-point={`${shape} ${index}`}
                aria-label={nameOf(shape, index, points.length)}
                className={`rule-point${picked?.shape === shape && picked.index === index ? " is-picked" : ""}`}
                onPointerDown={(event) => begin(event, shape, points, index)}
                onFocus={() => onPick({ shape, index })}
                onKeyDown={(event) => pressedPoint(event, shape, points, index)}
              >
                <Dot at={inPixels(point, size)} />
              </g>
            ))}
          </g>
        ))}
      </svg>
      {shapesOf(values).map(([shape, points]) => (
        <Tags key={shape} shape={shape} points={points} values={values} size={size} />
      ))}
    </>
  );
}

/** A line of no length: its ends are as large on the screen whatever the picture's size is. */
function Dot({ at: [x, y] }: { at: Point }) {
  return (
    <>
      <path className="rule-catch" d={`M${x} ${y}h0.01`} />
      <path className="rule-dot" d={`M${x} ${y}h0.01`} />
    </>
  );
}

/** Shares of the picture's width. */
const SIDE_AWAY = 0.07;
const HEAD = 0.032;

/** Two short arrows across a line, one for each way of crossing it. */
function Sides({ points, size }: { points: Points; size: Size }) {
  const [a, b] = points;
  if (!a || !b) return null;
  const away = size.width * SIDE_AWAY;
  const middle = middleOf([a, b]);
  return [away, -away].map((each) => (
    <path key={each} className="rule-side" d={pathOf("arrow", [middle, beside([a, b], size, each)], size)} />
  ));
}

/** Which way is which, in words. They are HTML: letters in an SVG would be as large as its picture. */
function Tags({ shape, points, values, size }: { shape: Shape; points: Points; values: Values; size: Size }) {
  const [a, b, c] = points;
  if (!a || !b || shape === "zone") return null;
  if (shape === "ground") {
    const [width, depth] = groundSizeOf(values);
    return (
      <>
        <Tag at={middleOf([a, b])}>{words.metres(width)}</Tag>
        {c && <Tag at={middleOf([b, c])}>{words.metres(depth)}</Tag>}
      </>
    );
  }
  if (shape === "arrow") return <Tag at={beside([a, b], size, size.width * -0.04)}>{words.allowed}</Tag>;
  const away = size.width * SIDE_AWAY * 1.35;
  return (
    <>
      <Tag at={beside([a, b], size, away)}>{words.right}</Tag>
      <Tag at={beside([a, b], size, -away)}>{words.left}</Tag>
    </>
  );
}

function NameTag({ values }: { values: Values }) {
  const [first] = shapesOf(values);
  return first ? <Tag at={middleOf(first[1])}>{values.name}</Tag> : null;
}

function Tag({ at: [x, y], children }: { at: Point; children: ReactNode }) {
  const [left, top] = [Math.min(0.96, Math.max(0.04, x)), Math.min(0.95, Math.max(0.05, y))];
  return (
    <span className="rule-tag" aria-hidden="true" style={{ left: `${left * 100}%`, top: `${top * 100}%` }}>
      {children}
    </span>
  );
}

export function canRemove(shape: Shape, points: Points): boolean {
  return shape === "zone" && points.length > MIN_CORNERS;
}

export function shapesOf(values: Values): [Shape, Points][] {
  return SHAPES.flatMap((each) => (Array.isArray(values[each]) ? [[each, values[each] as Points]] : []));
}

function pointsOf(values: Values): Points {
  return shapesOf(values).flatMap(([, points]) => points);
}

function pathOf(shape: Shape, points: Points, size: Size): string {
  const places = points.map((each) => inPixels(each, size));
  const way = `M${places.map(([x, y]) => `${x} ${y}`).join("L")}`;
  if (isClosed(shape)) return `${way}Z`;
  return shape === "arrow" ? way + headOf(places, size.width * HEAD) : way;
}

/** Two strokes back from the last point. */
function headOf(places: Points, length: number): string {
  const [[x0, y0], [x1, y1]] = [places[0] ?? [0, 0], places[1] ?? [0, 0]];
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const back = (by: number) => `${x1 - length * Math.cos(angle + by)} ${y1 - length * Math.sin(angle + by)}`;
  return `M${back(0.5)}L${x1} ${y1}L${back(-0.5)}`;
}

function withPoint(points: Points, index: number | null, point: Point): Points {
  return points.map((each, n) => (n === index ? point : each));
}

function nameOf(shape: Shape, index: number, count: number): string {
  if (shape === "zone") return words.corner(index + 1, count);
  if (shape === "ground") return words.groundCorner(index + 1);
  return shape === "line" ? words.end(index + 1) : index === 0 ? words.start : words.head;
}

/** Where it is in the picture. */
function shareOf(event: PointerEvent, svg: SVGSVGElement): Point {
  const { left, top, width, height } = svg.getBoundingClientRect();
  return [(event.clientX - left) / width, (event.clientY - top) / height];
}
