/** Boxes over a picture: drawn, moved and sized with a mouse, a finger or the keyboard. */

import { type KeyboardEvent, type PointerEvent, useRef, useState } from "react";
import { texts } from "../texts";
import { type Box, between, isAt, MIN_PX, moved, placed, type Size, sized, type Xyxy, xyxyAt } from "./box";
import "./drawing.css";

const words = texts.redact.draw;
/** Of the picture's width with one press of an arrow key. */
const KEY_STEP = 0.01;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

type Point = readonly [number, number];
type Held = { from: Point } & ({ how: "draw" } | { how: "move" | "size"; box: Box });

type DrawingProps = {
  size: Size;
  boxes: readonly Box[];
  /** Only what is there then can be seen; null: all, in a still. */
  timeS: number | null;
  picked: number | null;
  /** A place that somebody looks at; it cannot be moved. */
  outline?: Xyxy | null;
  isDrawing: boolean;
  onPick: (key: number | null) => void;
  onDraw: (xyxy: Xyxy) => void;
  onBox: (box: Box) => void;
  onDrop: (key: number) => void;
};

export function Drawing(props: DrawingProps) {
  const { size, boxes, timeS, picked, isDrawing, onPick, onDraw, onBox } = props;
  const held = useRef<Held | null>(null);
  const [drawn, setDrawn] = useState<Xyxy | null>(null);

  const begin = (event: PointerEvent<SVGSVGElement>) => {
    if (!isDrawing || event.button !== 0) return;
    event.preventDefault();
    event.currentTarget.setPointerCapture(event.pointerId);
    const { box: key, handle } = (event.target as SVGElement).dataset;
    const box = boxes.find((each) => String(each.key) === key);
    const from = pointOf(event, size);
    held.current = box ? { how: handle ? "size" : "move", box, from } : { how: "draw", from };
    onPick(box?.key ?? null);
  };
  const go = (event: PointerEvent<SVGSVGElement>) => {
    const now = held.current;
    if (!now) return;
    const to = pointOf(event, size);
    const [dx, dy] = [to[0] - now.from[0], to[1] - now.from[1]];
    if (now.how === "draw") setDrawn(between(now.from, to, size));
    else {
      const change = now.how === "size" ? sized : moved;
      onBox(placed(now.box, change(xyxyAt(now.box, timeS), dx, dy, size), timeS));
    }
  };
  const end = () => {
    // A click is no box.
    if (drawn && drawn[2] - drawn[0] > MIN_PX && drawn[3] - drawn[1] > MIN_PX) onDraw(drawn);
    cancel();
  };
  const cancel = () => {
    held.current = null;
    setDrawn(null);
  };

  const shown = boxes
    .map((box, index) => ({ box, number: index + 1 }))
    .filter(({ box }) => timeS === null || isAt(box, timeS) || box.key === picked);
  return (
    <svg
      className={isDrawing ? "drawing is-drawing" : "drawing"}
      viewBox={`0 0 ${size.width} ${size.height}`}
      preserveAspectRatio="none"
      onPointerDown={begin}
      onPointerMove={go}
      onPointerUp={end}
      onPointerCancel={cancel}
    >
      <title>{words.hint}</title>
      {props.outline && <Rect xyxy={props.outline} className="doubt-outline" />}
      {shown.map(({ box, number }) => (
        <DrawnBox key={box.key} box={box} number={number} drawing={props} />
      ))}
      {drawn && <Rect xyxy={drawn} className="drawn is-new" />}
    </svg>
  );
}

function DrawnBox({ box, number, drawing }: { box: Box; number: number; drawing: DrawingProps }) {
  const { size, timeS, picked, isDrawing, onPick, onBox, onDrop } = drawing;
  const isPicked = box.key === picked;
  const isNow = timeS === null || isAt(box, timeS);
  const xyxy = xyxyAt(box, timeS);
  const pressed = (event: KeyboardEvent) => {
    if (!isDrawing) return;
    const arrow = ARROWS[event.key];
    if (arrow) {
      const step = Math.max(1, Math.round(size.width * KEY_STEP));
      const change = event.shiftKey ? sized : moved;
      onBox(placed(box, change(xyxy, arrow[0] * step, arrow[1] * step, size), timeS));
    } else if (event.key === "Delete" || event.key === "Backspace") onDrop(box.key);
    else return;
    event.preventDefault();
  };
  const [, , right, bottom] = xyxy;
  return (
    // biome-ignore lint/a11y/useSemanticElements: nothing of HTML goes into an SVG
    <g
      className={`drawn${isPicked ? " is-picked" : ""}${isNow ? "" : " is-elsewhere"}`}
      role="button"
      tabIndex={0}
      aria-label={box.path.length > 0 ? words.pickedMoving(number) : words.picked(number)}
      data-box={box.key}
      onFocus={() => onPick(box.key)}
      onKeyDown={pressed}
    >
      <Rect xyxy={xyxy} box={box.key} />
      {isPicked && <Path box={box} />}
      {isPicked && (
        // A line of no length: its ends are as large on the screen whatever the picture's size is.
        <path className="drawn-handle" data-box={box.key} data-handle="size" d={`M${right} ${bottom}h0.01`} />
      )}
    </g>
  );
}

/** The way of a moving box, with a dot where its middle is at each of its places. */
function Path({ box: { path } }: { box: Box }) {
  if (path.length === 0) return null;
  const middles = path.map(({ xyxy: [left, top, right, bottom] }) => `${(left + right) / 2} ${(top + bottom) / 2}`);
  return (
    <>
      <path className="drawn-way" d={`M${middles.join("L")}`} />
      <path className="drawn-places" d={middles.map((each) => `M${each}h0.01`).join("")} />
    </>
  );
}

function Rect({ xyxy: [left, top, right, bottom], box, className }: { xyxy: Xyxy; box?: number; className?: string }) {
  return <rect className={className} data-box={box} x={left} y={top} width={right - left} height={bottom - top} />;
}

/** Where it is in the picture, in its pixels. */
function pointOf(event: PointerEvent<SVGSVGElement>, size: Size): Point {
  const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
  return [((event.clientX - left) / width) * size.width, ((event.clientY - top) / height) * size.height];
}
