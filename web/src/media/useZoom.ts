/** Enlarges a picture: wheel, two fingers, keys; and moves it: drag, arrows. */

import { type PointerEvent, type RefObject, useEffect, useRef, useState } from "react";
import { panned, WHOLE, type Zoom, zoomedAt } from "./zoom";

const FOR_EACH_PX = 0.0018;
const STEP = 1.5;
const PAN_STEP = 0.1;

type KeyPress = Pick<KeyboardEvent, "key" | "altKey" | "ctrlKey" | "metaKey" | "preventDefault" | "stopPropagation">;
type At = { x: number; y: number };

export type Zooming = {
  zoom: Zoom;
  by: (factor: number) => void;
  whole: () => void;
  handlers: {
    onPointerDown: (event: PointerEvent) => void;
    onPointerMove: (event: PointerEvent) => void;
    onPointerUp: (event: PointerEvent) => void;
    onPointerCancel: (event: PointerEvent) => void;
    onKeyDown: (event: KeyPress) => void;
  };
};

export type Zooms = "no" | "here" | "everywhere";

export function useZoom(frame: RefObject<HTMLElement | null>, zooms: Zooms): Zooming {
  const isOn = zooms !== "no";
  const [zoom, setZoom] = useState(WHOLE);
  const held = useRef(new Map<number, At>());

  useEffect(() => {
    const element = frame.current;
    if (!element || !isOn) return;
    const onWheel = (event: WheelEvent) => {
      setZoom((before) => {
        if (before.by === 1 && event.deltaY > 0) return before;
        const at = placeIn(element, event);
        return zoomedAt(before, Math.exp(-event.deltaY * FOR_EACH_PX), at.x, at.y);
      });
      if (event.deltaY < 0 || element.dataset.zoomed) event.preventDefault(); // else the page scrolls
    };
    // One finger scrolls the page over a whole picture; with two, or over an enlarged one, it stays.
    const onTouch = (event: TouchEvent) => {
      if (event.touches.length > 1 || element.dataset.zoomed) event.preventDefault();
    };
    // By hand, since React's listeners may not keep the page from scrolling.
    element.addEventListener("wheel", onWheel, { passive: false });
    element.addEventListener("touchmove", onTouch, { passive: false });
    return () => {
      element.removeEventListener("wheel", onWheel);
      element.removeEventListener("touchmove", onTouch);
    };
  }, [frame, isOn]);

  const by = (factor: number) => setZoom((before) => zoomedAt(before, factor));
  const whole = () => setZoom(WHOLE);
  const pan = (x: number, y: number) => setZoom((before) => panned(before, x * PAN_STEP, y * PAN_STEP));

  const onKey = (key: string): boolean => {
    const acts = new Map<string, () => void>([
      ["+", () => by(STEP)],
      ["=", () => by(STEP)],
      ["-", () => by(1 / STEP)],
      ["0", whole],
    ]);
    if (zoom.by > 1) {
      acts.set("ArrowLeft", () => pan(1, 0)).set("ArrowRight", () => pan(-1, 0));
      acts.set("ArrowUp", () => pan(0, 1)).set("ArrowDown", () => pan(0, -1));
      acts.set("Escape", whole);
    }
    const found = acts.get(key);
    found?.();
    return found !== undefined;
  };

  const onPointerDown = (event: PointerEvent) => {
    const element = frame.current;
    if (!isOn || !element || event.button !== 0 || (event.target as Element).closest("button, a")) return;
    held.current.set(event.pointerId, placeIn(element, event));
    if (zoom.by > 1 || held.current.size > 1) element.setPointerCapture(event.pointerId);
  };
  const onPointerMove = (event: PointerEvent) => {
    const element = frame.current;
    const before = held.current.get(event.pointerId);
    if (!element || !before) return;
    const now = placeIn(element, event);
    const other = [...held.current].find(([id]) => id !== event.pointerId)?.[1];
    held.current.set(event.pointerId, now);
    setZoom((zoom) => {
      if (!other) return panned(zoom, now.x - before.x, now.y - before.y);
      const shape = element.clientHeight / element.clientWidth;
      const apart = (at: At) => Math.max(0.02, Math.hypot(at.x - other.x, (at.y - other.y) * shape));
      const about = [(before.x + other.x) / 2, (before.y + other.y) / 2] as const;
      return panned(
        zoomedAt(zoom, apart(now) / apart(before), ...about),
        (now.x - before.x) / 2,
        (now.y - before.y) / 2,
      );
    });
  };
  const onPointerUp = (event: PointerEvent) => {
    held.current.delete(event.pointerId);
  };
  const onKeyDown = (event: KeyPress) => {
    if (!isOn || event.altKey || event.ctrlKey || event.metaKey || !onKey(event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const latest = useRef(onKeyDown);
  latest.current = onKeyDown;
  useEffect(() => {
    if (zooms !== "everywhere") return;
    const onKey = (event: KeyboardEvent) => {
      if (!(event.target instanceof HTMLInputElement)) latest.current(event);
    };
    window.addEventListener("keydown", onKey, { capture: true }); // before what else its arrows mean on the page
    return () => window.removeEventListener("keydown", onKey, { capture: true });
  }, [zooms]);
  return {
    zoom,
    by,
    whole,
    handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp, onKeyDown },
  };
}

function placeIn(element: Element, event: { clientX: number; clientY: number }): At {
  const box = element.getBoundingClientRect();
  return { x: (event.clientX - box.left) / box.width, y: (event.clientY - box.top) / box.height };
}
