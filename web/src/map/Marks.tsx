/** Cameras on a plan or map: each with its cone, those near each other as one, all in their state's colour and sign. */

import { memo, useMemo } from "react";
import { rankOf } from "../camera/attention";
import { type Camera, type State, titleOf } from "../camera/cameras";
import { lookOf, wordOf } from "../camera/StateBadge";
import { texts } from "../texts";
import { Icon } from "../ui";
import { type Cluster, clustersOf, coneOf, type Point, type Size, toScreen, type View } from "./plane";

const words = texts.map;
/** On the screen: what is nearer to each other is shown as one. */
const APART_PX = 46;
/** With more of them in sight, a name is shown only of what is pointed at. */
const MAX_NAMES = 60;
/** So far beyond the frame there are marks already, so that they are there when it is moved. */
const BEYOND_PX = 500;
const MAX_SHOWN = 99;

/** happens: what goes on there, in words. isNew: it has just come. x, y, reach: in units of the plane. */
export type Mark = Point & {
  camera: Camera;
  state: State | undefined;
  bearingDeg: number;
  angleDeg: number;
  reach: number;
  happens: string | null;
  isNew: boolean;
};

type MarksProps = {
  marks: readonly Mark[];
  view: View;
  size: Size;
  /** Nothing can be enlarged further: what is near each other is shown side by side. */
  isMost: boolean;
  hrefOf: (camera: Camera) => string;
  onCluster: (all: readonly Mark[]) => void;
};

export function Marks({ marks, view, size, isMost, hrefOf, onCluster }: MarksProps) {
  // Only every half step of the zoom, so that not all is joined anew with each turn of the wheel.
  const apart = isMost ? 0 : APART_PX / 2 ** (Math.floor(Math.log2(view.scale) * 2) / 2);
  const clusters = useMemo(() => clustersOf(marks, apart), [marks, apart]);
  // Marks stay where they are in a layer, and the layer is moved: only when it has been moved far they are chosen anew.
  const column = Math.round((view.x * view.scale) / BEYOND_PX);
  const row = Math.round((view.y * view.scale) / BEYOND_PX);
  const { scale } = view;
  const origin = useMemo(
    () => ({ x: (column * BEYOND_PX) / scale, y: (row * BEYOND_PX) / scale, scale }),
    [column, row, scale],
  );
  const { width, height } = size;
  const seen = useMemo(() => {
    const frame = { width, height };
    return clusters.filter((each) => {
      const { x, y } = toScreen(origin, frame, each);
      return x > -BEYOND_PX && y > -BEYOND_PX && x < width + BEYOND_PX && y < height + BEYOND_PX;
    });
  }, [clusters, origin, width, height]);
  const at = toScreen(view, size, origin);
  return (
    <div className="map-layer" style={{ transform: `translate(${at.x}px, ${at.y}px)` }}>
      <Layer seen={seen} origin={origin} hrefOf={hrefOf} onCluster={onCluster} />
    </div>
  );
}

type LayerProps = {
  seen: readonly Cluster<Mark>[];
  origin: View;
  hrefOf: (camera: Camera) => string;
  onCluster: (all: readonly Mark[]) => void;
};

const Layer = memo(function Layer({ seen, origin, hrefOf, onCluster }: LayerProps) {
  const single = seen.flatMap(({ all }) => (all.length === 1 && all[0] ? [all[0]] : []));
  const placed = (at: Point) => toScreen(origin, { width: 0, height: 0 }, at);
  return (
    <div className={seen.length > MAX_NAMES ? "map-marks is-many" : "map-marks"}>
      <svg className="map-cones" aria-hidden="true" focusable="false">
        {single.map((each) => (
          <path
            key={each.camera.name}
            className={`map-cone ${toneIn([each])}`}
            d={coneOf(placed(each), each.bearingDeg, each.angleDeg, each.reach * origin.scale)}
          />
        ))}
      </svg>
      {seen.map((each) => {
        const { x, y } = placed(each);
        const style = { transform: `translate(${x}px, ${y}px)` };
        const [first] = each.all;
        if (!first) return null;
        return each.all.length > 1 ? (
          <Many key={`all ${first.camera.name}`} all={each.all} style={style} onCluster={onCluster} />
        ) : (
          <One key={first.camera.name} mark={first} style={style} href={hrefOf(first.camera)} />
        );
      })}
    </div>
  );
});

type OneProps = { mark: Mark; style: React.CSSProperties; href: string };

function One({ mark, style, href }: OneProps) {
  const title = titleOf(mark.camera);
  const [tone, icon] = lookOf(mark.state);
  const said = words.mark(title, wordOf(mark.state?.what ?? "unknown"), mark.happens);
  return (
    <a className={`map-mark ${tone}${mark.isNew ? " is-new" : ""}`} style={style} href={href} aria-label={said}>
      {mark.happens && <span className="map-ring" />}
      <span className="map-dot">
        <Icon name={mark.happens ? "bell" : icon} size={15} />
      </span>
      <span className="map-name">
        {title}
        {mark.happens && <strong> {mark.happens}</strong>}
      </span>
    </a>
  );
}

type ManyProps = {
  all: readonly Mark[];
  style: React.CSSProperties;
  onCluster: (all: readonly Mark[]) => void;
};

function Many({ all, style, onCluster }: ManyProps) {
  const [first] = all;
  const ill = all.filter((each) => rankOf(each.state) <= 1).length;
  const happening = all.filter((each) => each.happens).length;
  return (
    <button
      type="button"
      className={`map-mark is-all ${toneIn(all)}${all.some((each) => each.isNew) ? " is-new" : ""}`}
      style={style}
      aria-label={words.cluster(all.length, first ? titleOf(first.camera) : "", ill, happening)}
      onClick={() => onCluster(all)}
    >
      {happening > 0 && <span className="map-ring" />}
      <span className="map-dot numbers">
        {all.length > MAX_SHOWN * 10 ? `${MAX_SHOWN * 10}+` : all.length}
        {(happening > 0 || ill > 0) && <Icon name={happening > 0 ? "bell" : "warn"} size={13} />}
      </span>
    </button>
  );
}

/** The worst of them. */
function toneIn(all: readonly Mark[]): string {
  const worst = all.reduce((a, b) => (rankOf(b.state) < rankOf(a.state) ? b : a));
  return lookOf(worst.state)[0];
}
