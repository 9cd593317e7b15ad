/** The sites of the map as a list: how many cameras each has, and how they are. */

import { hashOf } from "../app/routes";
import { StateBadge } from "../camera/StateBadge";
import { texts } from "../texts";
import { Panel } from "../ui";
import type { SiteSeen } from "./SiteMarks";

const words = texts.map.sites;

export function SiteList({ sites }: { sites: readonly SiteSeen[] }) {
  return (
    <Panel title={words.many(sites.length)}>
      <ul className="map-list">
        {sites.map(({ site, count, worst }) => (
          <li key={site.name}>
            <span className="map-list-name">
              <a href={hashOf(["map", site.name])}>{site.title}</a>
              <span className="small soft">
                {[words.cameras(count), !site.at && words.hasNoPlace].filter(Boolean).join(". ")}
              </span>
            </span>
            {worst && <StateBadge state={worst} />}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
