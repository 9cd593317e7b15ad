/** The sections of the page, in the order of the navigation. A section that is not here is not there. */

import { type ComponentType, lazy } from "react";
import type { Action } from "../api/client";
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
  Page: ComponentType<SectionProps>;
};

export const SECTIONS: readonly Section[] = [
  {
    path: "live",
    title: texts.nav.live,
    icon: "live",
    needs: ["live:watch"],
    Page: lazy(() => import("../live/LivePage")),
  },
  {
    path: "timeline",
    title: texts.nav.timeline,
    icon: "timeline",
    needs: ["timeline:watch"],
    Page: lazy(() => import("../timeline/TimelinePage")),
  },
  {
    path: "health",
    title: texts.nav.health,
    icon: "health",
    needs: ["health:see"],
    Page: lazy(() => import("../health/HealthPage")),
  },
  {
    path: "cameras",
    title: texts.nav.cameras,
    icon: "cameras",
    needs: ["cameras:see"],
    Page: lazy(() => import("../cameras/CamerasPage")),
  },
  {
    path: "redact",
    title: texts.nav.redact,
    icon: "redact",
    needs: ["file:redact"],
    Page: lazy(() => import("../redact/RedactPage")),
  },
  {
    path: "people",
    title: texts.nav.people,
    icon: "people",
    needs: ["self:see"],
    Page: lazy(() => import("../people/PeoplePage")),
  },
  {
    path: "settings",
    title: texts.nav.settings,
    icon: "settings",
    needs: ["self:see"],
    Page: lazy(() => import("../settings/SettingsPage")),
  },
  {
    path: "about",
    title: texts.nav.about,
    icon: "about",
    needs: null,
    Page: lazy(() => import("../about/AboutPage")),
  },
];

/** may: see `useMay`. */
export function sectionsFor(may: (action: Action) => boolean): Section[] {
  return SECTIONS.filter((each) => each.needs === null || each.needs.some(may));
}
