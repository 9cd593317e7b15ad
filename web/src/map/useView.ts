/** Which part of a plan or map is seen: moved by a drag, two fingers, the wheel and keys. */

import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";
import type { Ground } from "./ground";
import { type Box, fitted, type Point, panned, type Size, type View, zoomedAt } from "./plane";

const FOR_EACH_PX = 0.0018;
const STEP = 1.5;
const PAN_PX = 80;
/** A hand that moves less has pressed, not dragged. */
const STILL_PX = 4;

const ARROWS: Record<string, readonly [number, number]> = {
  ArrowLeft: [PAN_PX, 0],
  ArrowRight: [-PAN_PX, 0],
  ArrowUp: [0, PAN_PX],
  ArrowDown: [0, -PAN_PX],
};

export type Viewing = {
  size: Size | null;
  /** null: until its size is known. */
  view: View | null;
  by: (factor: number) => void;
  whole: () => void;
  show: (box: Box) => void;
  centre: (at: Point) => void;
  /** Whether the pointer that was just lifted had moved the view: then nothing was pressed. */
  wasDragged: () => boolean;
  handlers: {
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: (event: PointerEvent) => void;
    onPointerCancel: (event: PointerEvent) => void;
    onKeyDown: (event: KeyboardEvent) => void;
  };
};

/** whole: what is seen at first. */
export function useView(frame: RefObject<HTMLElement | null>, ground: Ground, whole: Box): Viewing {
  const [size, setSize] = useState<Size | null>(null);
  const [moved, setMoved] = useState<View | null>(null);
  const held = useRef(new Map<number, Point>());
  const dragged = useRef({ far: 0, was: false });
  const { limits, box } = ground;
  const view = moved ?? (size && fitted(whole, size, limits));
  const latest = useRef({ view, size });
  latest.current = { view, size };

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const measure = () => {
      const { clientWidth: width, clientHeight: height } = element;
      if (width && height) setSize({ width, height });
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);

  const change = (make: (view: View, size: Size) => View) => {
    const now = latest.current;
    if (!now.view || !now.size) return;
    now.view = make(now.view, now.size);
    setMoved(now.view);
  };
  const zoom = (factor: number, at: Point | null) =>
    change((view, size) => {
      const about = at ?? { x: size.width / 2, y: size.height / 2 };
      return zoomedAt(view, size, factor, about, limits, box);
    });
  const pan = (x: number, y: number) => change((view) => panned(view, x, y, box));

  const onWheel = useRef((_: WheelEvent) => {});
  onWheel.current = (event) => {
    event.preventDefault(); // else the page scrolls
    zoom(Math.exp(-event.deltaY * FOR_EACH_PX), placeIn(event.currentTarget as Element, event));
  };
  useEffect(() => {
    const element = frame.current;
    const listen = (event: WheelEvent) => onWheel.current(event);
    // By hand, since React's listener may not keep the page from scrolling.
    element?.addEventListener("wheel", listen, { passive: false });
    return () => element?.removeEventListener("wheel", listen);
  }, [frame]);

  const onPointerDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    held.current.set(event.pointerId, placeIn(event.currentTarget, event));
    dragged.current = { far: 0, was: false };
  };
  const onPointerMove = (event: PointerEvent) => {
    const before = held.current.get(event.pointerId);
    if (!before) return;
    const now = placeIn(event.currentTarget, event);
    const other = [...held.current].find(([id]) => id !== event.pointerId)?.[1];
    held.current.set(event.pointerId, now);
    dragged.current.far += Math.hypot(now.x - before.x, now.y - before.y);
    if (dragged.current.far > STILL_PX && !dragged.current.was) {
      dragged.current.was = true;
      event.currentTarget.setPointerCapture(event.pointerId); // not before: a press would not reach what it is on
    }
    if (!other) return pan(now.x - before.x, now.y - before.y);
    const apart = (at: Point) => Math.max(8, Math.hypot(at.x - other.x, at.y - other.y));
    zoom(apart(now) / apart(before), { x: (before.x + other.x) / 2, y: (before.y + other.y) / 2 });
    pan((now.x - before.x) / 2, (now.y - before.y) / 2);
  };
  const onPointerUp = (event: PointerEvent) => {
    held.current.delete(event.pointerId);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== event.currentTarget) return;
    const arrow = ARROWS[event.key];
    if (arrow) pan(...arrow);
    else if (event.key === "+" || event.key === "=") zoom(STEP, null);
    else if (event.key === "-") zoom(1 / STEP, null);
    else if (event.key === "0") setMoved(null);
    else return;
    event.preventDefault();
  };

  return {
    size,
    view,
    by: (factor) => zoom(factor, null),
    whole: () => setMoved(null),
    show: (box) => change((_, size) => fitted(box, size, limits, 0.4)),
    centre: (at) => change((view) => ({ ...view, ...at })),
    wasDragged: () => dragged.current.was,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp, onKeyDown },
  };
}

function placeIn(element: Element, event: { clientX: number; clientY: number }): Point {
  const box = element.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}
