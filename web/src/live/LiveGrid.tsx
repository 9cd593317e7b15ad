/** Live tiles, as large as fit. */

import { useEffect, useRef, useState } from "react";
import { type Camera, type State, titleOf } from "../camera/cameras";
import { StateBadge } from "../camera/StateBadge";
import { texts } from "../texts";
import { Icon } from "../ui";
import { asSeen, LivePicture } from "./LivePicture";
import type { LiveState } from "./player";

type GridProps = { cameras: Camera[]; states: ReadonlyMap<string, State>; columns: number | null };

const GAP_PX = 8;
const SHAPE = 16 / 9;
const FOOT_PX = 36;
const LEAST_WIDTH_PX = 150;
const LEAST_WIDTH_OF_FEW_PX = 300;
const FEW = 6;
/** More columns are taken where tiles become hardly smaller: that fills the screen better. */
const NEARLY = 0.9;

/** columns: null: as many as make the tiles largest. */
export function LiveGrid({ cameras, states, columns }: GridProps) {
  const frame = useRef<HTMLUListElement>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  useEffect(() => {
    const measure = () => {
      const found = frame.current?.getBoundingClientRect();
      if (!found) return;
      const below = frame.current?.nextElementSibling?.getBoundingClientRect().height ?? 0;
      const height = window.innerHeight - found.top - window.scrollY - below - 2 * GAP_PX;
      setSize({ width: found.width, height });
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

  const fit = size ? fitOf(cameras.length, size, columns) : { columns: 1, width: undefined };
  return (
    <ul
      ref={frame}
      className="live-grid"
      style={{
        gridTemplateColumns: `repeat(${fit.columns}, minmax(0, ${fit.width ? `${fit.width}px` : "1fr"}))`,
        gap: GAP_PX,
      }}
    >
      {size && cameras.map((each) => <Tile key={each.name} camera={each} state={states.get(each.name)} />)}
    </ul>
  );
}

function Tile({ camera, state }: { camera: Camera; state: State | undefined }) {
  const title = titleOf(camera);
  const [kind, setKind] = useState<LiveState["kind"]>("connecting");
  return (
    <li className="tile">
      <LivePicture camera={camera.name} state={state} onKind={setKind} />
      <div className="tile-foot below-picture">
        <a className="tile-name" href={`#/live/${camera.name}`}>
          {title}
        </a>
        <StateBadge state={asSeen(state, kind)} />
        <a
          className="tile-link"
          href={`#/timeline/${camera.name}`}
          aria-label={texts.live.timelineOf(title)}
          title={texts.live.timelineOf(title)}
        >
          <Icon name="timeline" size={18} />
        </a>
      </div>
    </li>
  );
}

type Fit = { columns: number; width: number | undefined };

/** Columns that make tiles as large as can be with all of them in sight, and how wide each then is; where that is too
 * small for pictures, or columns are asked for, tiles fill the width, and the page scrolls where it must. */
function fitOf(count: number, size: { width: number; height: number }, asked: number | null): Fit {
  const least = count <= FEW ? LEAST_WIDTH_OF_FEW_PX : LEAST_WIDTH_PX;
  const most = Math.max(1, Math.floor((size.width + GAP_PX) / (least + GAP_PX)));
  if (asked !== null) {
    return { columns: Math.min(asked, Math.max(1, Math.floor(size.width / LEAST_WIDTH_PX))), width: undefined };
  }
  let best = { columns: 1, width: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const byWidth = (size.width - GAP_PX * (columns - 1)) / columns;
    const byHeight = ((size.height - GAP_PX * (rows - 1)) / rows - FOOT_PX) * SHAPE;
    const width = Math.floor(Math.min(byWidth, byHeight));
    if (width > best.width * NEARLY) best = { columns, width };
  }
  return best.columns > most || best.width < least ? { columns: most, width: undefined } : best;
}
