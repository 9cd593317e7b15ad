/** The sections of the page, in the order of the navigation. A section that is not here is not there. */

import { type ComponentType, lazy } from "react";
import { type Action, Problem } from "../api/client";
import { texts } from "../texts";
import type { IconName } from "../ui";
import type { Route } from "./routes";

export type SectionProps = { route: Route };

/** path: the first part of its address. needs: who may do one of these sees it; null: everybody, signed in or not. */
export type Section = {
  path: string;
  title: string;
  icon: IconName;
  needs: readonly Action[] | null;
  /** It is not in the navigation: other sections lead to it. */
  isWithin?: true;
  Page: ComponentType<SectionProps>;
};

/** A section's code is loaded when it is first gone to: without passerby that cannot be. */
function later(load: () => Promise<{ default: ComponentType<SectionProps> }>): ComponentType<SectionProps> {
  return lazy(() =>
    load().catch(() => {
      throw new Problem(0, texts.problems.unreachable, texts.problems.unreachableHint);
    }),
  );
}

export const SECTIONS: readonly Section[] = [
  {
    path: "live",
    title: texts.nav.live,
    icon: "live",
    needs: ["live:watch"],
    Page: later(() => import("../live/LivePage")),
  },
  {
    path: "timeline",
    title: texts.nav.timeline,
    icon: "timeline",
    needs: ["timeline:watch"],
    Page: later(() => import("../timeline/TimelinePage")),
  },
  {
    path: "events",
    title: texts.nav.events,
    icon: "bell",
    needs: ["events:see", "counts:see"],
    Page: later(() => import("../events/EventsPage")),
  },
  {
    path: "health",
    title: texts.nav.health,
    icon: "health",
    needs: ["health:see"],
    Page: later(() => import("../health/HealthPage")),
  },
  {
    path: "map",
    title: texts.nav.map,
    icon: "map",
    needs: ["map:see"],
    Page: later(() => import("../map/MapPage")),
  },
  {
    path: "cameras",
    title: texts.nav.cameras,
    icon: "cameras",
    needs: ["cameras:see"],
    Page: later(() => import("../cameras/CamerasPage")),
  },
  {
    path: "rules",
    title: texts.rules.title,
    icon: "rules",
    needs: ["rules:see"],
    isWithin: true,
    Page: later(() => import("../rules/RulesPage")),
  },
  {
    path: "machines",
    title: texts.nav.machines,
    icon: "machines",
    needs: ["machines:see"],
    Page: later(() => import("../machines/MachinesPage")),
  },
  {
    path: "redact",
    title: texts.nav.redact,
    icon: "redact",
    needs: ["file:redact"],
    Page: later(() => import("../redact/RedactPage")),
  },
  {
    path: "people",
    title: texts.nav.people,
    icon: "people",
    needs: ["self:see"],
    Page: later(() => import("../people/PeoplePage")),
  },
  {
    path: "settings",
    title: texts.nav.settings,
    icon: "settings",
    needs: ["self:see"],
    Page: later(() => import("../settings/SettingsPage")),
  },
  {
    path: "about",
    title: texts.nav.about,
    icon: "about",
    needs: null,
    Page: later(() => import("../about/AboutPage")),
  },
];

/** may: see `useMay`. */
export function sectionsFor(may: (action: Action) => boolean): Section[] {
  return SECTIONS.filter((each) => each.needs === null || each.needs.some(may));
}
