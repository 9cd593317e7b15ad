/** The tiles of the map, under the cameras. With MapLibre, which is loaded where there are tiles and nowhere else. */

import { Map as Drawn, type LayerSpecification, type StyleSpecification, setWorkerUrl } from "maplibre-gl";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?url";
import { useEffect, useRef } from "react";
import type { TileSet } from "./ground";
import { degrees, type Size, type View, zoomOf } from "./plane";
import "maplibre-gl/dist/maplibre-gl.css";

setWorkerUrl(new URL(workerUrl, document.baseURI).href); // a file of ours: the content security policy allows no other

type TilesProps = { tiles: TileSet; view: View; size: Size };

export default function Tiles({ tiles, view, size }: TilesProps) {
  const frame = useRef<HTMLDivElement>(null);
  const drawn = useRef<Drawn | null>(null);
  const latest = useRef(view);
  latest.current = view;

  useEffect(() => {
    if (!frame.current) return;
    const map = new Drawn({
      container: frame.current,
      style: styleOf(tiles, getComputedStyle(document.documentElement).colorScheme),
      interactive: false, // what is above it moves it
      attributionControl: false,
      fadeDuration: 0,
      ...placeOf(latest.current),
    });
    drawn.current = map;
    return () => {
      drawn.current = null;
      map.remove();
    };
  }, [tiles]);

  useEffect(() => {
    drawn.current?.jumpTo(placeOf(view));
  }, [view]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: it measures itself
  useEffect(() => {
    drawn.current?.resize();
  }, [size]);

  return <div ref={frame} className="map-tiles" aria-hidden="true" />;
}

function placeOf(view: View) {
  const { latitude, longitude } = degrees(view);
  return { center: [longitude, latitude] as [number, number], zoom: zoomOf(view.scale) };
}

function styleOf(tiles: TileSet, scheme: string): StyleSpecification {
  const url = tiles.is_elsewhere ? tiles.url : `${new URL(".", document.baseURI).href}${tiles.url}`;
  const about = { tiles: [url], minzoom: tiles.min_zoom, maxzoom: tiles.max_zoom };
  if (!tiles.is_vector) {
    const sources = { tiles: { type: "raster" as const, tileSize: 256, ...about } };
    return { version: 8, sources, layers: [{ id: "tiles", type: "raster", source: "tiles" }] };
  }
  const sources = { tiles: { type: "vector" as const, ...about } };
  return { version: 8, sources, layers: layersOf(scheme.includes("light") ? LIGHT : DARK) };
}

type Colours = { earth: string; green: string; water: string; building: string; road: string; edge: string };
const LIGHT: Colours = {
  earth: "#f1f2ee",
  green: "#dfe9d8",
  water: "#b9d3e2",
  building: "#dcdcd4",
  road: "#ffffff",
  edge: "#b9bdb6",
};
const DARK: Colours = {
  earth: "#1a211f",
  green: "#1e2b22",
  water: "#162a36",
  building: "#2a3331",
  road: "#3d4946",
  edge: "#55625e",
};

/** Without names: letters would be more files to load. The layers of Protomaps and of OpenMapTiles. */
function layersOf(colours: Colours): LayerSpecification[] {
  const fills = [
    ["earth", colours.earth],
    ["landcover", colours.green],
    ["landuse", colours.green],
    ["park", colours.green],
    ["water", colours.water],
    ["buildings", colours.building],
    ["building", colours.building],
  ] as const;
  const lines = [
    ["waterway", colours.water, 1],
    ["boundaries", colours.edge, 1],
    ["boundary", colours.edge, 1],
    ["roads", colours.road, 2],
    ["transportation", colours.road, 2],
  ] as const;
  return [
    { id: "ground", type: "background", paint: { "background-color": colours.earth } },
    ...fills.map(
      ([name, colour]): LayerSpecification => ({
        id: name,
        type: "fill",
        source: "tiles",
        "source-layer": name,
        filter: ["==", ["geometry-type"], "Polygon"],
        paint: { "fill-color": colour },
      }),
    ),
    ...lines.map(
      ([name, colour, width]): LayerSpecification => ({
        id: `${name} lines`,
        type: "line",
        source: "tiles",
        "source-layer": name,
        filter: ["==", ["geometry-type"], "LineString"],
        paint: {
          "line-color": colour,
          "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 8, width / 2, 14, width, 19, width * 8],
        },
      }),
    ),
  ];
}
