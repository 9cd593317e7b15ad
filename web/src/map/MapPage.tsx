/** Where the cameras are: on the floor plans of sites and on a map, with what goes on there. */

import { useCallback, useEffect, useMemo, useState } from "react";
import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { goTo, hashOf } from "../app/routes";
import type { SectionProps } from "../app/sections";
import { useMay } from "../app/session";
import { type Camera, titleOf, useCameras } from "../camera/cameras";
import { NoCameras } from "../camera/NoCameras";
import { useHappening } from "../live/useHappening";
import { inWords, texts } from "../texts";
import { Button, Empty, Note, PageHead, ProblemNote, Skeleton, sentence } from "../ui";
import { type Ground, groundOf, isOn, newPlace, type Place, pointOf, reachOf, type Site } from "./ground";
import { Handles } from "./Handles";
import { MapFrame } from "./MapFrame";
import { MapList } from "./MapList";
import type { Mark } from "./Marks";
import { PlaceEditor } from "./PlaceEditor";
import { type Size, toScreen, type View } from "./plane";
import { SiteDialog } from "./SiteDialog";
import { SiteList } from "./SiteList";
import { type SiteSeen, siteMarks, sitesSeen } from "./SiteMarks";
import { useArrivals } from "./useArrivals";
import type { Viewing } from "./useView";
import "./map.css";

const words = texts.map;
/** In addresses, where a site's name would be. No site can have it. */
const GROUND = "~";
const EVERY_MS = 30_000;

type Known = { sites: Site[]; places: Schemas["CameraPlace"][]; map: Schemas["MapShown"] };

export default function MapPage({ route }: SectionProps) {
  const { cameras, states, problem, again } = useCameras();
  const asked = useAsked(askAll, "map", EVERY_MS);
  const known = asked.answer;
  const mayChange = useMay()("map:change");
  const [dialog, setDialog] = useState<"add" | "change" | null>(null);
  if (!cameras || !known) {
    return (
      <>
        <PageHead title={words.title} />
        {problem || asked.problem ? (
          <ProblemNote problem={problem ?? asked.problem} onAgain={asked.again} />
        ) : (
          <Skeleton />
        )}
      </>
    );
  }
  if (!cameras.length) {
    return (
      <>
        <PageHead title={words.title} />
        <NoCameras />
      </>
    );
  }
  const chosen = route.path[1] ?? firstOf(known);
  const site = known.sites.find((each) => each.name === chosen) ?? null;
  if (!site && chosen !== GROUND) {
    return (
      <Empty isPage icon="map" title={words.noSuch(chosen)} action={<a href="#/map">{words.title}</a>}>
        {words.noSuchHint}
      </Empty>
    );
  }
  if (!mayChange && !known.places.length) {
    return (
      <>
        <PageHead title={words.title} />
        <Empty icon="map" title={words.nothing}>
          {words.nothingHint}
        </Empty>
      </>
    );
  }
  return (
    <>
      <ProblemNote problem={problem} onAgain={again} />
      <Shown
        key={`${chosen} ${site?.plan?.version}`}
        site={site}
        known={known}
        cameras={cameras}
        states={states}
        mayChange={mayChange}
        onChanged={asked.again}
        onDialog={setDialog}
      />
      {dialog && (
        <SiteDialog
          site={dialog === "change" ? site : null}
          sites={known.sites}
          onChanged={asked.again}
          onClose={() => setDialog(null)}
        />
      )}
    </>
  );
}

async function askAll(signal: AbortSignal): Promise<Known> {
  const [sites, places, map] = await Promise.all([
    get("/api/sites", { signal }),
    get("/api/places", { signal }),
    get("/api/map", { signal }),
  ]);
  return { sites, places, map };
}

/** Where most would look first. */
function firstOf({ sites, places }: Known): string {
  if (places.some(({ place }) => !("site" in place)) || sites.some((each) => each.at)) return GROUND;
  return (
    (sites.find((each) => places.some(({ place }) => "site" in place && place.site === each.name)) ?? sites[0])?.name ??
    GROUND
  );
}

type ShownProps = {
  site: Site | null;
  known: Known;
  cameras: Camera[];
  states: ReturnType<typeof useCameras>["states"];
  mayChange: boolean;
  onChanged: () => void;
  onDialog: (dialog: "add" | "change") => void;
};

type Draft = { camera: Camera; place: Place };

function Shown({ site, known, cameras, states, mayChange, onChanged, onDialog }: ShownProps) {
  const mayWatch = useMay()("live:watch");
  const [draft, setDraft] = useState<Draft | null>(null);
  const ground = useMemo(() => groundOf(site), [site]);
  const arrivals = useArrivals();
  const happening = useHappening();
  const happens = useMemo(() => {
    const open = [...happening].map(([camera, { words }]) => [camera, words] as const);
    return new Map([...open, ...arrivals]);
  }, [happening, arrivals]);
  const hrefOf = useCallback((camera: Camera) => `#/${mayWatch ? "live" : "health"}/${camera.name}`, [mayWatch]);
  const places = useMemo(() => new Map(known.places.map((each) => [each.camera, each.place])), [known.places]);
  const marks = useMemo(
    () =>
      cameras.flatMap((camera): Mark[] => {
        const place = places.get(camera.name);
        if (!place || !isOn(place, ground)) return [];
        return [
          {
            ...pointOf(place, ground),
            camera,
            state: states.get(camera.name),
            bearingDeg: place.bearing_deg,
            angleDeg: place.angle_deg,
            reach: reachOf(place),
            happens: happens.get(camera.name) ?? null,
            isNew: arrivals.has(camera.name),
          },
        ];
      }),
    [cameras, places, ground, states, happens, arrivals],
  );
  const here = useMemo(() => marks.map((each) => each.camera), [marks]);
  const nowhere = useMemo(() => cameras.filter((each) => !places.has(each.name)), [cameras, places]);
  const sites = useMemo(
    () => (site ? [] : sitesSeen(known.sites, { cameras, places, states })),
    [site, known.sites, cameras, places, states],
  );
  const onGround = useMemo(() => siteMarks(sites), [sites]);
  const tiles = site ? null : known.map.tiles;
  const begin = (camera: Camera) => {
    const place = places.get(camera.name);
    const at = { x: (ground.box.left + ground.box.right) / 2, y: (ground.box.top + ground.box.bottom) / 2 };
    setDraft({ camera, place: place && isOn(place, ground) ? place : newPlace(at, 1e-6, ground) });
  };
  return (
    <div className="map">
      <PageHead
        title={words.title}
        actions={
          <>
            {known.sites.length > 0 && <Choose site={site} known={known} mayChange={mayChange} />}
            {mayChange && site && (
              <Button icon="edit" onClick={() => onDialog("change")}>
                {words.sites.changeHere}
              </Button>
            )}
            {mayChange && (
              <Button icon="plus" onClick={() => onDialog("add")}>
                {words.sites.add}
              </Button>
            )}
          </>
        }
      />
      {known.map.problem && !site && (
        <Note tone="warn" icon="warn">
          {sentence(inWords(known.map.said, known.map.problem))}
        </Note>
      )}
      <div className="map-layout">
        <MapFrame
          ground={ground}
          marks={draft ? marks.filter((each) => each.camera.name !== draft.camera.name) : marks}
          sites={onGround}
          tiles={tiles}
          hrefOf={hrefOf}
          {...(draft && {
            over: (viewing, view, size) => (
              <Placing
                key={draft.camera.name}
                draft={draft}
                isNew={!here.includes(draft.camera)}
                ground={ground}
                viewing={viewing}
                view={view}
                size={size}
                onPlace={(place) => setDraft({ ...draft, place })}
              />
            ),
          })}
        />
        <div className="map-side">
          {draft ? (
            <PlaceEditor
              camera={draft.camera}
              place={draft.place}
              isPlaced={places.has(draft.camera.name)}
              onPlace={(place) => setDraft({ ...draft, place })}
              onSaved={onChanged}
              onClose={() => setDraft(null)}
            />
          ) : (
            <Lists
              sites={sites}
              here={here}
              nowhere={nowhere}
              states={states}
              happens={happens}
              hrefOf={hrefOf}
              onPlace={mayChange ? begin : null}
            />
          )}
          <div className="only-heard" aria-live="polite">
            {[...arrivals].map(([camera, what]) => {
              const found = cameras.find((each) => each.name === camera);
              return found && <p key={camera}>{words.happened(titleOf(found), what)}</p>;
            })}
          </div>
        </div>
      </div>
    </div>
  );
}

type ChooseProps = { site: Site | null; known: Known; mayChange: boolean };

function Choose({ site, known, mayChange }: ChooseProps) {
  const isOnGround = known.sites.some((each) => each.at) || known.places.some(({ place }) => !("site" in place));
  const hasGround = mayChange || !site || isOnGround;
  return (
    <select
      className="input map-choose"
      aria-label={words.choose}
      value={site?.name ?? GROUND}
      onChange={(event) => goTo(hashOf(["map", event.target.value]).replace("%7E", GROUND))}
    >
      {hasGround && <option value={GROUND}>{words.ground}</option>}
      {known.sites.map((each) => (
        <option key={each.name} value={each.name}>
          {each.title}
        </option>
      ))}
    </select>
  );
}

type ListsProps = {
  /** On the map: they are there too, with the cameras on their plans. */
  sites: readonly SiteSeen[];
  here: readonly Camera[];
  nowhere: readonly Camera[];
  states: ReturnType<typeof useCameras>["states"];
  happens: ReadonlyMap<string, string>;
  hrefOf: (camera: Camera) => string;
  onPlace: ((camera: Camera) => void) | null;
};

function Lists({ sites, here, nowhere, states, happens, hrefOf, onPlace }: ListsProps) {
  return (
    <>
      {sites.length > 0 && <SiteList sites={sites} />}
      {(here.length > 0 || sites.length === 0) && (
        <MapList
          title={words.here(here.length)}
          {...(here.length ? {} : { about: onPlace ? words.noneHereAdmin : words.noneHere })}
          cameras={here}
          states={states}
          happens={happens}
          hrefOf={hrefOf}
          onPlace={onPlace}
          placeWord={words.words.move}
          placeLabel={words.move}
        />
      )}
      {onPlace && nowhere.length > 0 && (
        <MapList
          title={words.nowhere(nowhere.length)}
          about={words.nowhereAbout}
          cameras={nowhere}
          states={states}
          onPlace={onPlace}
          placeWord={words.words.place}
          placeLabel={words.place}
        />
      )}
    </>
  );
}

type PlacingProps = {
  draft: Draft;
  /** It is not here yet: it begins in the middle of what is seen. */
  isNew: boolean;
  ground: Ground;
  viewing: Viewing;
  view: View;
  size: Size;
  onPlace: (place: Place) => void;
};

function Placing({ draft: { camera, place }, isNew, ground, viewing, view, size, onPlace }: PlacingProps) {
  const [isBegun, setIsBegun] = useState(!isNew);
  const point = pointOf(place, ground);
  const at = toScreen(view, size, point);
  const isOut = isBegun && (at.x < 0 || at.y < 0 || at.x > size.width || at.y > size.height);
  // biome-ignore lint/correctness/useExhaustiveDependencies: where the view is at the beginning counts, not later
  useEffect(() => {
    if (!isBegun) onPlace(newPlace(view, 1 / view.scale, ground));
    setIsBegun(true);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what is typed brings it out of sight, not a move of the map
  useEffect(() => {
    if (isOut) viewing.centre(point);
  }, [point.x, point.y]);
  if (!isBegun) return null;
  return <Handles place={place} title={titleOf(camera)} ground={ground} view={view} size={size} onPlace={onPlace} />;
}
