/** The camera that is being placed: its cone, and what it is moved, turned and opened by, with a mouse, a finger or keys. */

import { type KeyboardEvent, type PointerEvent, useRef } from "react";
import { texts } from "../texts";
import { aimed, type Ground, movedTo, opened, type Place, pointOf, reachOf } from "./ground";
import { bearingTo, coneOf, directed, type Point, type Size, toPlane, toScreen, turned, type View } from "./plane";

const words = texts.map.handles;
/** With one press of an arrow key; with Shift. */
const STEP_PX = 10;
const FINE_PX = 1;
const STEP_DEG = 5;
const FINE_DEG = 1;
const FARTHER = 1.1;
/** On the screen: nearer to the dot nothing could be taken hold of. */
const MIN_PX = 34;

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

type HandlesProps = {
  place: Place;
  title: string;
  ground: Ground;
  view: View;
  size: Size;
  onPlace: (place: Place) => void;
};

export function Handles({ place, title, ground, view, size, onPlace }: HandlesProps) {
  const point = pointOf(place, ground);
  const at = toScreen(view, size, point);
  const reachPx = reachOf(place) * view.scale;
  const handlePx = Math.max(MIN_PX, reachPx);
  const tip = directed(at, place.bearing_deg, handlePx);
  const side = directed(at, place.bearing_deg + place.angle_deg / 2, handlePx * 0.75);

  const moveTo = (to: Point) => onPlace(movedTo(place, toPlane(view, size, to), ground));
  const aimAt = (to: Point) =>
    onPlace(aimed(place, bearingTo(at, to), Math.hypot(to.x - at.x, to.y - at.y) / view.scale));
  const openTo = (to: Point) => {
    const away = turned(bearingTo(at, to) - place.bearing_deg);
    onPlace(opened(place, 2 * Math.min(away, 360 - away)));
  };
  const byKey: Record<string, (x: number, y: number, isFine: boolean) => void> = {
    dot: (x, y, isFine) => {
      const px = isFine ? FINE_PX : STEP_PX;
      moveTo({ x: at.x + x * px, y: at.y + y * px });
    },
    tip: (x, y, isFine) => {
      const reach = reachOf(place) * (y ? FARTHER ** -y : 1);
      onPlace(aimed(place, place.bearing_deg + x * (isFine ? FINE_DEG : STEP_DEG), reach));
    },
    side: (x, y, isFine) => onPlace(opened(place, place.angle_deg + (x || -y) * (isFine ? FINE_DEG : STEP_DEG))),
  };
  const pressed = (handle: string) => (event: KeyboardEvent) => {
    const arrow = ARROWS[event.key];
    if (!arrow || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    byKey[handle]?.(...arrow, event.shiftKey);
  };
  const degrees = Math.round(place.bearing_deg);
  return (
    <div className="map-handles">
      <svg className="map-cones" aria-hidden="true" focusable="false">
        <path className="map-cone is-placed" d={coneOf(at, place.bearing_deg, place.angle_deg, reachPx)} />
        <path className="map-aim" d={`M${at.x} ${at.y}L${tip.x} ${tip.y}M${at.x} ${at.y}L${side.x} ${side.y}`} />
      </svg>
      <Handle kind="side" at={side} label={words.angle(place.angle_deg)} onTo={openTo} onKeyDown={pressed("side")} />
      <Handle kind="tip" at={tip} label={words.bearing(degrees)} onTo={aimAt} onKeyDown={pressed("tip")} />
      <Handle kind="dot" at={at} label={words.move(title)} onTo={moveTo} onKeyDown={pressed("dot")} />
    </div>
  );
}

type HandleProps = {
  kind: "dot" | "tip" | "side";
  at: Point;
  label: string;
  onTo: (to: Point) => void;
  onKeyDown: (event: KeyboardEvent) => void;
};

function Handle({ kind, at, label, onTo, onKeyDown }: HandleProps) {
  /** From the pointer to the middle of the handle; null: it is not held. */
  const held = useRef<Point | null>(null);
  const down = (event: PointerEvent) => {
    if (event.button !== 0) return;
    event.stopPropagation(); // else the map would be moved too
    event.currentTarget.setPointerCapture(event.pointerId);
    held.current = { x: at.x - event.clientX, y: at.y - event.clientY };
  };
  return (
    <button
      type="button"
      className={`map-handle is-${kind}`}
      style={{ transform: `translate(${at.x}px, ${at.y}px)` }}
      aria-label={label}
      onPointerDown={down}
      onPointerMove={(event) => {
        if (held.current) onTo({ x: event.clientX + held.current.x, y: event.clientY + held.current.y });
      }}
      onPointerUp={() => {
        held.current = null;
      }}
      onPointerCancel={() => {
        held.current = null;
      }}
      onKeyDown={onKeyDown}
    />
  );
}
