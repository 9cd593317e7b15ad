/** What rules noticed, for those who deal with it; and what lines counted. */

import type { SectionProps } from "../app/sections";
import { useMay } from "../app/session";
import { texts } from "../texts";
import { PageHead, Tabs } from "../ui";
import { CountsPart } from "./CountsPart";
import { EventsPart } from "./EventsPart";
import "./events.css";

export default function EventsPage({ route }: SectionProps) {
  const may = useMay();
  const isCounts = route.path[1] === "counts" || !may("events:see");
  const tabs = [
    { href: "#/events", title: texts.events.list, icon: "bell", isCurrent: !isCounts, needs: "events:see" },
    { href: "#/events/counts", title: texts.events.counts, icon: "chart", isCurrent: isCounts, needs: "counts:see" },
  ] as const;
  return (
    <>
      <PageHead title={texts.events.title} />
      <Tabs label={texts.events.title} tabs={tabs.filter((each) => may(each.needs))} />
      {isCounts ? <CountsPart route={route} /> : <EventsPart route={route} />}
    </>
  );
}
