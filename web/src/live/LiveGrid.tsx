/** Live tiles, as large as fit. */

import { useEffect, useRef, useState } from "react";
import { type Camera, type State, titleOf } from "../camera/cameras";
import { StateBadge } from "../camera/StateBadge";
import { texts } from "../texts";
import { HappensNow } from "./HappensNow";
import { asSeen, LivePicture } from "./LivePicture";
import type { LiveState } from "./player";
import { fitOf, GAP_PX, type Size, shapeWithin } from "./rows";
import { type Happening, useHappening } from "./useHappening";

type GridProps = { cameras: Camera[]; states: ReadonlyMap<string, State>; columns: number | null };

/** Of cameras that were seen before, so that nothing moves when they are seen again. */
const SHAPES = new Map<string, number>();
const USUAL_SHAPE = 16 / 9;
const SAME_SHAPE = 0.01;

/** columns: null: as many as make the tiles largest. */
export function LiveGrid({ cameras, states, columns }: GridProps) {
  const frame = useRef<HTMLUListElement>(null);
  const [size, setSize] = useState<Size | null>(null);
  const [, setSeen] = useState(0);
  const noteShape = (camera: string, shape: number) => {
    const before = SHAPES.get(camera) ?? USUAL_SHAPE;
    if (Math.abs(before - shapeWithin(shape)) < SAME_SHAPE) return;
    SHAPES.set(camera, shapeWithin(shape));
    setSeen((n) => n + 1);
  };
  useEffect(() => {
    const measure = () => {
      const found = frame.current?.getBoundingClientRect();
      const width = frame.current?.parentElement?.clientWidth;
      if (!found || !width) return;
      const below = frame.current?.nextElementSibling?.getBoundingClientRect().height ?? 0;
      const main = frame.current?.closest("main");
      const padding = paddingBelow(main) + paddingBelow(main?.parentElement);
      const height = window.innerHeight - found.top - window.scrollY - below - GAP_PX - padding;
      setSize({ width, height });
    };
    measure();
    const observer = new ResizeObserver(measure);
    if (frame.current) observer.observe(frame.current);
    if (frame.current?.parentElement) observer.observe(frame.current.parentElement); // what is above it may come and go
    window.addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", measure);
    };
  }, []);

  const shapes = cameras.map((each) => SHAPES.get(each.name) ?? USUAL_SHAPE);
  const happening = useHappening();
  const fit = size ? fitOf(shapes, size, columns) : null;
  return (
    <ul ref={frame} className="live-grid" style={{ width: fit?.width, gap: GAP_PX }}>
      {fit &&
        cameras.map((each, n) => (
          <Tile
            key={each.name}
            camera={each}
            state={states.get(each.name)}
            happening={happening.get(each.name)}
            width={fit.tiles[n] ?? fit.width}
            shape={shapes[n] ?? USUAL_SHAPE}
            onShape={(shape) => noteShape(each.name, shape)}
          />
        ))}
    </ul>
  );
}

/** The bar of sections, where there is one, is over the padding of what is around `main`. */
function paddingBelow(element: Element | null | undefined): number {
  return element ? Number.parseFloat(getComputedStyle(element).paddingBottom) : 0;
}

type TileProps = {
  camera: Camera;
  happening: Happening | undefined;
  state: State | undefined;
  width: number;
  shape: number;
  onShape: (shape: number) => void;
};

function Tile({ camera, happening, state, width, shape, onShape }: TileProps) {
  const title = titleOf(camera);
  const [kind, setKind] = useState<LiveState["kind"]>("connecting");
  return (
    <li className="tile" style={{ width, "--shape": shape } as React.CSSProperties}>
      <LivePicture camera={camera.name} state={state} onKind={setKind} onShape={onShape} />
      <div className="tile-foot below-picture">
        <a className="tile-name" href={`#/live/${camera.name}`}>
          {title}
        </a>
        <HappensNow camera={camera} happening={happening} />
        <StateBadge state={asSeen(state, kind)} />
        <a
          className="tile-link"
          href={`#/timeline/${camera.name}`}
          aria-label={texts.live.timelineOf(title)}
          title={texts.live.timelineOf(title)}
        >
          {texts.live.timeline}
        </a>
      </div>
    </li>
  );
}
