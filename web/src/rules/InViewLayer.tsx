/** What the rule sees now: boxes and feet of who is in view, over the redacted picture; those in its zone stand out. */

import { useRef } from "react";
import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { useMay } from "../app/session";
import type { Size } from "../redact/box";
import { texts } from "../texts";
import { Note } from "../ui";
import type { Values } from "./kinds";
import { inPixels, type Point, type Points, sidesOf } from "./shape";
import "./try.css";

const words = texts.rules.now;
const EVERY_MS = 1000;
/** As in rules/events/sight.py. */
const SMALLEST_PX = 20;
const MIN_FOUND = 15;
const REMEMBERED = 300;

type Box = Schemas["BoxNowShown"];
type Found = { box: Box; heightPx: number };
/** recent: of the last minutes, to say how tall people are. null: it may not be seen, or is not known. */
export type Seen = { boxes: readonly Box[] | null; isHidden: boolean; isAsked: boolean; recent: readonly Found[] };

export function useInView(camera: string): Seen {
  const may = useMay()("rules:try");
  const recent = useRef<{ at90k: number; found: Found[] }>({ at90k: 0, found: [] });
  const asked = useAsked(
    async (signal) => (may ? await get("/api/cameras/{camera}/in-view", { path: { camera }, signal }) : null),
    `in view ${camera} ${may}`,
    may ? EVERY_MS : undefined,
  );
  const view = asked.failures === 0 ? asked.answer?.view : null;
  if (view && view.at_90k !== recent.current.at90k) {
    const found = view.boxes.map((box) => ({ box, heightPx: (box.bottom - box.top) * view.height }));
    recent.current = { at90k: view.at_90k, found: [...found, ...recent.current.found].slice(0, REMEMBERED) };
  }
  return {
    boxes: view && !view.is_whole ? view.boxes : null,
    isHidden: view?.is_whole ?? false,
    isAsked: may,
    recent: recent.current.found,
  };
}

export function InViewLayer({ boxes, values, size }: { boxes: Seen["boxes"]; values: Values; size: Size }) {
  return (
    <svg className="rules-in-view" viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
      {boxes?.map((box) => {
        const [x, y] = inPixels(feetOf(box), size);
        const [left, top] = inPixels([box.left, box.top], size);
        const [right, bottom] = inPixels([box.right, box.bottom], size);
        return (
          <g
            key={`${box.objects} ${box.left} ${box.top} ${box.right} ${box.bottom}`}
            className={counts(box, values) ? "is-inside" : undefined}
          >
            <rect x={left} y={top} width={Math.max(1, right - left)} height={Math.max(1, bottom - top)} />
            <path d={`M${x} ${y}h0.01`} />
          </g>
        );
      })}
    </svg>
  );
}

/** The same in words, and whether who is seen there is too small. */
export function InViewWords({ seen, values }: { seen: Seen; values: Values }) {
  if (!seen.isAsked) return null;
  const { boxes } = seen;
  const many = (objects: string) => boxes?.filter((each) => each.objects === objects).length ?? 0;
  const inside = boxes?.filter((each) => counts(each, values)).length ?? 0;
  const heightPx = medianOf(seen.recent.filter(({ box }) => isNear(box, values)).map((each) => each.heightPx));
  return (
    <>
      <p className="small soft rules-now">
        {!boxes && (seen.isHidden ? words.hidden : words.waiting)}
        {boxes && words.inView(many("people"), many("vehicles"))}
        {boxes && zoneOf(values) && ` · ${words.inside(inside)}`}
      </p>
      {heightPx !== null && heightPx < SMALLEST_PX && (
        <Note tone="warn" icon="warn">
          {words.tooSmall(Math.round(heightPx))}
        </Note>
      )}
    </>
  );
}

const feetOf = (box: Box): Point => [(box.left + box.right) / 2, box.bottom];

const zoneOf = ({ zone }: Values): Points | null => (Array.isArray(zone) ? (zone as Points) : null);

/** Whether it is what the rule is about, and in its zone. */
function counts(box: Box, values: Values): boolean {
  const zone = zoneOf(values);
  return zone !== null && box.objects === values.objects && isInside(feetOf(box), zone);
}

/** Whether it may be seen by the rule: in its zone, or as high as its line. */
function isNear(box: Box, values: Values): boolean {
  if (box.objects !== values.objects) return false;
  const zone = zoneOf(values);
  if (zone) return isInside(feetOf(box), zone);
  const line = Array.isArray(values.line) ? (values.line as Points) : [];
  const heights = line.map(([, y]) => y);
  const margin = box.bottom - box.top;
  return box.bottom >= Math.min(...heights) - margin && box.bottom <= Math.max(...heights) + margin;
}

/** Whether a place is in a zone: a ray from it crosses an odd number of sides. */
function isInside([x, y]: Point, corners: Points): boolean {
  const crossed = sidesOf(corners).filter(
    ([[x0, y0], [x1, y1]]) => y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0),
  );
  return crossed.length % 2 === 1;
}

function medianOf(heights: readonly number[]): number | null {
  if (heights.length < MIN_FOUND) return null;
  return heights.toSorted((a, b) => a - b)[Math.floor(heights.length / 2)] ?? null;
}
