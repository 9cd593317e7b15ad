/** The list of events beside the one that is looked at; on a phone one or the other. */

import { useEffect, useRef } from "react";
import { get, put } from "../api/client";
import { useAsked } from "../api/use";
import { goTo, hashOf } from "../app/routes";
import type { SectionProps } from "../app/sections";
import { useMay } from "../app/session";
import { titleOf } from "../camera/cameras";
import { texts } from "../texts";
import { Button, Empty, Icon, ProblemNote, Skeleton, useToast } from "../ui";
import { EventDetail } from "./EventDetail";
import { EventFilter } from "./EventFilter";
import { EventRow } from "./EventRow";
import { byNeed, type Group, groupsOf, type State } from "./facts";
import { KeyHelp } from "./KeyHelp";
import { eventsChanged } from "./unread";
import { useEventKeys } from "./useEventKeys";
import { isToDo, type Log, useLog } from "./useLog";

/** As in events.css: the list or the event. */
const ONE_AT_A_TIME = "(max-width: 1050px)";

export function EventsPart({ route }: SectionProps) {
  const wanted = Object.fromEntries(route.query);
  const log = useLog(wanted);
  const toast = useToast();
  const mayChange = useMay()("events:change");
  const cameras = useAsked((signal) => get("/api/cameras", { signal }), "cameras");
  const titles = new Map(cameras.answer?.map((each) => [each.name, titleOf(each)]));
  const precision = useAsked((signal) => get("/api/events/precision", { signal }), "precision");
  const grouped = groupsOf(log.events ?? []);
  const groups = isToDo(wanted) ? byNeed(grouped) : grouped;
  const id = Number(route.path[1]);
  const asksToTake = route.path[2] === "take";
  const at = groups.findIndex((each) => each.all.some((event) => event.id === id));
  const choose = (group: Group | undefined) => {
    if (group) goTo(hashOf(["events", String(group.first.id)], wanted), true);
  };
  const set = async (group: Group, state: State) => {
    const place = groups.indexOf(group);
    const next = place < 0 ? undefined : (groups[place + 1] ?? groups[place - 1]);
    const done = await Promise.all(
      group.all.map((each) => put("/api/events/{id}/state", { path: { id: each.id }, body: { state } })),
    );
    log.changed(done);
    toast(texts.events.marked[state]);
    eventsChanged();
    precision.again();
    asked.again();
    if (asksToTake) goTo(hashOf(["events", String(group.first.id)], wanted), true);
    if (next && state !== "taken") choose(next);
  };
  // A link in a message leads to events that the list does not show, such as those that are done.
  const apart = log.events && at < 0 && Number.isSafeInteger(id) && id > 0 ? id : 0;
  const asked = useAsked(
    async (signal) => (apart ? (await get("/api/events/{id}", { path: { id: apart }, signal })).event : null),
    `event apart ${apart}`,
  );
  const chosen = groups[at] ?? (asked.answer ? { first: asked.answer, all: [asked.answer] } : undefined);
  useEventKeys({ chosen, mayChange, onStep: (step) => choose(groups[at < 0 ? 0 : at + step]), set });

  const looked = useRef(0);
  const isChosen = chosen !== undefined;
  useEffect(() => {
    const row = document.getElementById(`event-${isChosen ? id : looked.current}`);
    if (!matchMedia(ONE_AT_A_TIME).matches) {
      // On the way through the list with keys the chosen one stays in sight.
      if (isChosen) row?.scrollIntoView({ block: "nearest" });
    } else if (isChosen) {
      window.scrollTo(0, 0);
    } else row?.scrollIntoView({ block: "center" }); // back where the list was left
    if (isChosen) looked.current = id;
  }, [id, isChosen]);

  return (
    <div className={chosen ? "events has-chosen" : "events"}>
      <div className="events-list">
        <EventFilter wanted={wanted} titles={titles} rules={precision.answer ?? []} events={log.events ?? []} />
        {groups.length > 0 && <KeyHelp mayChange={mayChange} />}
        <ProblemNote problem={log.problem ?? asked.problem} onAgain={log.problem ? log.again : asked.again} />
        <List log={log} groups={groups} at={at} wanted={wanted} titles={titles} />
      </div>
      {(groups.length > 0 || chosen) && (
        <aside className="events-chosen" aria-label={texts.events.choose}>
          {chosen ? (
            <EventDetail
              key={chosen.first.id}
              group={chosen}
              title={titles.get(chosen.first.camera) ?? chosen.first.camera}
              precision={precision.answer?.find(
                (each) => each.camera === chosen.first.camera && each.rule === chosen.first.rule,
              )}
              back={hashOf(["events"], wanted)}
              asksToTake={asksToTake}
              set={(state) => set(chosen, state)}
              onCommented={log.again}
            />
          ) : (
            <Empty icon="bell" title={texts.events.choose}>
              {texts.events.chooseHint}
            </Empty>
          )}
        </aside>
      )}
    </div>
  );
}

type ListProps = {
  log: Log;
  groups: readonly Group[];
  at: number;
  wanted: Record<string, string>;
  titles: ReadonlyMap<string, string>;
};

function List({ log, groups, at, wanted, titles }: ListProps) {
  if (!log.events) return log.problem ? null : <Skeleton lines={6} />;
  if (!groups.length) return <Nothing wanted={wanted} />;
  const rows = (some: readonly Group[]) =>
    some.length > 0 && (
      <ul className="event-rows">
        {some.map((each) => (
          <EventRow
            key={each.first.id}
            group={each}
            title={titles.get(each.first.camera) ?? each.first.camera}
            href={hashOf(["events", String(each.first.id)], wanted)}
            isChosen={each === groups[at]}
          />
        ))}
      </ul>
    );
  const faults = isToDo(wanted) ? groups.findIndex((each) => each.first.kind === "camera") : -1;
  return (
    <>
      {rows(faults < 0 ? groups : groups.slice(0, faults))}
      {faults > 0 && <h2 className="events-faults">{texts.events.faults}</h2>}
      {faults >= 0 && rows(groups.slice(faults))}
      {log.hasMore && (
        <div className="row">
          <Button busy={log.isAsking} onClick={log.older}>
            {texts.events.older}
          </Button>
        </div>
      )}
    </>
  );
}

function Nothing({ wanted }: { wanted: Record<string, string> }) {
  const mayChange = useMay()("cameras:change");
  const any = useAsked((signal) => get("/api/events", { query: { most: 1 }, signal }), "any event");
  const filters = Object.keys(wanted).filter((each) => each !== "all");
  if (!any.answer) return <Skeleton />;
  if (!any.answer.events.length) {
    return (
      <Empty
        icon="bell"
        title={texts.events.none}
        action={
          mayChange && (
            <a className="button primary" href="#/cameras">
              <Icon name="cameras" size={18} />
              {texts.events.addRule}
            </a>
          )
        }
      >
        {mayChange ? texts.events.noneHint : texts.events.noneAsk}
      </Empty>
    );
  }
  if (filters.length) {
    return (
      <Empty
        icon="search"
        title={texts.events.nothing}
        action={
          <a className="button" href={hashOf(["events"], wanted.all ? { all: "1" } : {})}>
            {texts.events.clear}
          </a>
        }
      >
        {texts.events.nothingHint}
      </Empty>
    );
  }
  return (
    <Empty
      icon="check"
      title={texts.events.allDone}
      action={
        <a className="button" href={hashOf(["events"], { all: "1" })}>
          {texts.events.showAll}
        </a>
      }
    >
      {texts.events.allDoneHint}
    </Empty>
  );
}
