/** A plan or a map that can be moved and enlarged, with the cameras on it. */

import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { addressOf } from "../api/client";
import { Boundary } from "../app/Boundary";
import type { Camera } from "../camera/cameras";
import { texts } from "../texts";
import { Note, ToolButton } from "../ui";
import { boxOfTiles, type Ground, type Site, shapeOf, type TileSet } from "./ground";
import { type Mark, Marks } from "./Marks";
import { around, metresPerUnit, type Point, roundLength, type Size, type View } from "./plane";
import { type SiteMark, SiteMarks } from "./SiteMarks";
import { useView, type Viewing } from "./useView";

const words = texts.map;
const STEP = 1.5;
const BAR_PX = 120;
/** Browsers draw a picture of this width once and enlarge what they drew. */
const PLAN_PX = 1000;
const Tiles = lazy(() => import("./Tiles"));

type FrameProps = {
  ground: Ground;
  marks: readonly Mark[];
  /** On the ground: sites that are there. */
  sites?: readonly SiteMark[];
  tiles: TileSet | null;
  hrefOf: (camera: Camera) => string;
  /** What is drawn above the marks. */
  over?: (viewing: Viewing, view: View, size: Size) => ReactNode;
};

export function MapFrame({ ground, marks, sites = [], tiles, hrefOf, over }: FrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  const [whole] = useState(() => wholeOf(ground, [...marks, ...sites], tiles));
  const viewing = useView(frame, ground, whole);
  const { view, size } = viewing;
  const hasNoGl = tiles !== null && !canDraw();
  return (
    <div className="map-frame-around">
      {hasNoGl && (
        <Note tone="warn" icon="warn">
          {words.noGl}
        </Note>
      )}
      <div className="map-box">
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms */}
        <div
          ref={frame}
          className={`map-frame${ground.site ? " is-plan" : ""}`}
          role="group"
          aria-label={words.frame}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: arrows move what is in it
          tabIndex={0}
          {...viewing.handlers}
          onClickCapture={(event) => {
            if (!viewing.wasDragged()) return;
            event.preventDefault(); // else the end of a drag would lead to the camera under it
            event.stopPropagation();
          }}
        >
          {view && size && (
            <>
              {ground.site && <Plan site={ground.site} view={view} size={size} />}
              {tiles && !hasNoGl && (
                <Boundary>
                  <Suspense fallback={null}>
                    <Tiles tiles={tiles} view={view} size={size} />
                  </Suspense>
                </Boundary>
              )}
              <Marks
                marks={marks}
                view={view}
                size={size}
                isMost={view.scale >= ground.limits.most * 0.999}
                hrefOf={hrefOf}
                onCluster={(all) => {
                  const box = around(all);
                  if (box) viewing.show(box);
                  frame.current?.focus();
                }}
              />
              <SiteMarks sites={sites} view={view} size={size} />
              {over?.(viewing, view, size)}
            </>
          )}
        </div>
        <div className="map-zoom">
          <ToolButton icon="zoomIn" word={words.zoomIn} onClick={() => viewing.by(STEP)} />
          <ToolButton icon="zoomOut" word={words.zoomOut} onClick={() => viewing.by(1 / STEP)} />
          <ToolButton icon="large" word={words.whole} onClick={viewing.whole} />
        </div>
        {view && !ground.site && <ScaleBar view={view} />}
        {tiles?.attribution && <div className="map-whose">{tiles.attribution}</div>}
      </div>
      <p className="small soft">{words.how}</p>
    </div>
  );
}

function Plan({ site, view, size }: { site: Site; view: View; size: Size }) {
  const height = shapeOf(site);
  const x = size.width / 2 - view.x * view.scale;
  const y = size.height / 2 - view.y * view.scale;
  const style = {
    width: PLAN_PX,
    height: PLAN_PX * height,
    transform: `translate(${x}px, ${y}px) scale(${view.scale / PLAN_PX})`,
  };
  if (!site.plan) return <div className="map-plan is-empty" style={style} />;
  const address = `${addressOf("/api/plans/{name}", { path: { name: site.name } })}?v=${site.plan.version}`;
  return <img className="map-plan" style={style} src={address} alt={words.planOf(site.title)} draggable={false} />;
}

function ScaleBar({ view }: { view: View }) {
  const { metres, px } = roundLength(metresPerUnit(view.y) / view.scale, BAR_PX);
  return (
    <div className="map-scale numbers" style={{ width: px }}>
      {metres >= 1000 ? words.kilometres(metres / 1000) : words.metres(metres)}
    </div>
  );
}

/** What is seen at first: the whole plan; all cameras of the map, or what there are tiles of. */
function wholeOf(ground: Ground, marks: readonly (Point & { reach?: number })[], tiles: TileSet | null) {
  if (ground.site) return ground.box;
  const box = around(marks);
  if (!box) return tiles ? boxOfTiles(tiles.bounds) : ground.box;
  const room = Math.max(...marks.map((each) => each.reach ?? 0), (box.right - box.left) * 0.05);
  return { left: box.left - room, right: box.right + room, top: box.top - room, bottom: box.bottom + room };
}

let drawn: boolean | null = null;

/** Whether this browser can draw tiles. */
function canDraw(): boolean {
  drawn ??= document.createElement("canvas").getContext("webgl2") !== null;
  return drawn;
}
