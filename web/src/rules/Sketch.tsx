/** A small drawing of a rule: its shapes as they are on the picture, and what it notices in them. */

import type { Shape } from "./shape";

const PATHS: Record<Shape, string> = {
  zone: "M7 9L33 8L37 25L3 25Z",
  ground: "M14 15L24 14.500L26 20L12 20.500Z",
  line: "M6 19L34 15",
  arrow: "M12 17H27M22.500 13.500L27 17L22.500 20.500",
};
/** Where no zone is drawn the rule is about all of the picture. */
const WHOLE = "M3 4H37V26H3Z";

/** People as dots. */
const DOTS: Readonly<Record<string, string>> = {
  zone: "M20 17.500h.01",
  crowd: "M14 14h.01M21 13h.01M27 15h.01M12 20h.01M19 20h.01M26 21h.01",
  density: "M16 17h.01M20 16.500h.01M23 18.500h.01M18 20h.01",
  queue: "M10 18h.01M17 18h.01M24 18h.01M31 18h.01",
  fall: "M24.500 20h.01",
  lying: "M27 19h.01",
};
/** A clock, a car, somebody on the ground, a bag, a bag that is gone. */
const THINGS: Readonly<Record<string, string>> = {
  loitering: "M20 11a6 6 0 1 0 .01 0M20 14v3l2 1.500",
  stopped: "M12 21v-4l3-4h9l4 4v4zM16 21.500h.01M24 21.500h.01",
  fall: "M13 12l7 5M20 17l-1 4",
  lying: "M12 19h10",
  "left-object": "M15 15h10v7H15zM18 15v-2.500h4V15",
  "removed-object": "M15 15h2M20 15h2M25 15v2M25 20v2M22 22h-2M17 22h-2M15 20v-2",
};

export function Sketch({ kind, shapes }: { kind: string; shapes: readonly Shape[] }) {
  return (
    <svg className="rule-sketch" viewBox="0 0 40 30" aria-hidden="true">
      {shapes.length === 0 && <path className="rule-zone" d={WHOLE} />}
      {shapes.map((each) => (
        <path key={each} className={`rule-${each}`} d={PATHS[each]} />
      ))}
      {THINGS[kind] && <path className="rule-what" d={THINGS[kind]} />}
      {DOTS[kind] && <path className="rule-dots" d={DOTS[kind]} />}
    </svg>
  );
}
