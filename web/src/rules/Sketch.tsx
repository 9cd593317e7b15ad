/** A small drawing of a rule's shapes: how it looks on the picture. */

import type { Shape } from "./shape";

const PATHS: Record<Shape, string> = {
  zone: "M7 15L29 13L33 24L4 24Z",
  ground: "M14 17L22 16.500L24 20.500L13 21Z",
  line: "M6 19L34 15",
  arrow: "M12 20H27M22.500 16.500L27 20L22.500 23.500",
};

export function Sketch({ shapes }: { shapes: readonly Shape[] }) {
  return (
    <svg className="rule-sketch" viewBox="0 0 40 30" aria-hidden="true">
      {shapes.map((each) => (
        <path key={each} className={`rule-${each}`} d={PATHS[each]} />
      ))}
    </svg>
  );
}
