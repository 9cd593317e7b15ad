/** Sites on the map: how many cameras each has, in the colour of the worst of them. They lead to their plans. */

import { hashOf } from "../app/routes";
import { rankOf } from "../camera/attention";
import type { Camera, State } from "../camera/cameras";
import { lookOf, wordOf } from "../camera/StateBadge";
import { texts } from "../texts";
import { Icon } from "../ui";
import type { Place, Site } from "./ground";
import { mercator, metresPerUnit, type Point, type Size, toScreen, type View } from "./plane";

const AROUND_M = 300;

/** count: how many cameras are on its plan. worst: the state of the one that needs attention most. */
export type SiteSeen = { site: Site; count: number; worst: State | undefined };
/** x, y, reach: in units of the plane, the latter what is shown around it. */
export type SiteMark = SiteSeen & Point & { reach: number };

type Known = { cameras: readonly Camera[]; places: ReadonlyMap<string, Place>; states: ReadonlyMap<string, State> };

export function sitesSeen(sites: readonly Site[], { cameras, places, states }: Known): SiteSeen[] {
  return sites.map((site) => {
    const its = cameras.filter(({ name }) => {
      const place = places.get(name);
      return place && "site" in place && place.site === site.name;
    });
    const worst = its.map(({ name }) => states.get(name)).sort((a, b) => rankOf(a) - rankOf(b))[0];
    return { site, count: its.length, worst };
  });
}

/** Those that have coordinates. */
export function siteMarks(seen: readonly SiteSeen[]): SiteMark[] {
  return seen.flatMap((each): SiteMark[] => {
    if (!each.site.at) return [];
    const at = mercator(each.site.at.latitude, each.site.at.longitude);
    return [{ ...at, ...each, reach: AROUND_M / metresPerUnit(at.y) }];
  });
}

type SiteMarksProps = { sites: readonly SiteMark[]; view: View; size: Size };

export function SiteMarks({ sites, view, size }: SiteMarksProps) {
  return (
    <div className="map-layer">
      <div className="map-marks">
        {sites.map((each) => {
          const { x, y } = toScreen(view, size, each);
          const { site, count, worst } = each;
          const [tone] = count ? lookOf(worst) : ["calm"];
          const state = count && worst ? wordOf(worst.what) : null;
          return (
            <a
              key={site.name}
              className={`map-mark is-all is-site ${tone}`}
              style={{ transform: `translate(${x}px, ${y}px)` }}
              href={hashOf(["map", site.name])}
              aria-label={texts.map.sites.mark(site.title, count, state)}
            >
              <span className="map-dot numbers">
                <Icon name="map" size={13} />
                {count}
              </span>
              <span className="map-name">{site.title}</span>
            </a>
          );
        })}
      </div>
    </div>
  );
}
