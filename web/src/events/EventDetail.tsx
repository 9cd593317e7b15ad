/** The event that is looked at: its picture, its facts, what was done about it, and how often its rule is right. */

import { useState } from "react";
import { get, post, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { hashOf } from "../app/routes";
import { useMay } from "../app/session";
import { secondsOf } from "../media/times";
import { texts } from "../texts";
import { save } from "../timeline/Export";
import { Badge, Button, type Fact, Facts, Icon, Note, ProblemNote, TextArea, useToast, When } from "../ui";
import { EventPicture } from "./EventPicture";
import { type Event, type Group, ICONS, lastsOf, ruleOf, type State, TONES, whatOf } from "./facts";
import { Precision } from "./Precision";
import type { Recording } from "./useRecording";

/** What led to it, and what came of it, s. */
const AROUND_S = 5;
/** Of a clip of several that belong together. */
const LONGEST_S = 600;

type DetailProps = {
  group: Group;
  title: string;
  precision: Schemas["RulePrecision"] | undefined;
  back: string;
  /** Somebody came to say that they deal with it. */
  asksToTake: boolean;
  set: (state: State) => Promise<void>;
  onCommented: () => void;
};

export const focusComment = (): void => document.querySelector<HTMLElement>(".event-write textarea")?.focus();

/** Where the recording of an event is on the timeline: a little before it. */
export function recordingOf(event: Event): string {
  const at = Math.max(0, Math.floor(secondsOf(event.start_90k)) - 2);
  return hashOf(["timeline", event.camera], { at: String(at) });
}

export function EventDetail({ group, title, precision, back, asksToTake, set, onCommented }: DetailProps) {
  const { first, all } = group;
  const may = useMay();
  const { busy, problem, run } = useChange();
  const [none, setNone] = useState<Recording | null>(null);
  const isOfCamera = first.kind === "camera";
  const mayMend = may(isOfCamera ? "health:see" : "rules:see");
  const whereToMend = mayMend ? hashOf([isOfCamera ? "health" : "rules", first.camera]) : undefined;
  const states: readonly State[] = (["seen", "taken", "done", "false", "new"] as const).filter(
    (each) => each !== first.state && !(each === "seen" && first.state === "done"),
  );
  return (
    <article className="event-detail">
      <a className="event-back button quiet" href={back}>
        <Icon name="back" size={18} />
        {texts.events.back}
      </a>
      {asksToTake && may("events:change") && first.state !== "done" && first.state !== "false" && (
        <TakeNote event={first} busy={busy} onTake={() => run(() => set("taken"))} />
      )}
      <EventPicture event={first} onNone={setNone} />
      <header className="event-head">
        <div>
          <h2>{whatOf(first)}</h2>
          <p className="soft">
            {title} · {ruleOf(first)}
          </p>
        </div>
        <Badge tone={TONES[first.state]} icon={ICONS[first.state]}>
          {first.state_who
            ? texts.events.stateBy(texts.events.states[first.state], first.state_who)
            : texts.events.states[first.state]}
        </Badge>
      </header>
      <Facts facts={factsOf(first, all.length)} />
      {may("events:change") && (
        <div className="event-states">
          {states.map((each) => (
            <Button
              key={each}
              kind={each === "taken" || (each === "done" && first.state === "taken") ? "primary" : "plain"}
              icon={ICONS[each]}
              busy={busy}
              onClick={() => run(() => set(each))}
            >
              {texts.events.mark[each]}
            </Button>
          ))}
        </div>
      )}
      <div className="row event-actions">
        {may("timeline:watch") && !none?.isGone && (
          <a className="button" href={recordingOf(first)}>
            <Icon name="timeline" size={18} />
            {texts.events.recording}
          </a>
        )}
        {may("recording:export") && !none?.isGone && none?.elsewhere?.isThere !== false && (
          <ExportEvent group={group} />
        )}
      </div>
      <ProblemNote problem={problem} />
      <Precision precision={precision} isOfCamera={isOfCamera} href={whereToMend} />
      <Comments id={first.id} onCommented={onCommented} />
    </article>
  );
}

/** At the top: on a telephone the buttons are below the picture. */
function TakeNote({ event, busy, onTake }: { event: Event; busy: boolean; onTake: () => void }) {
  const isTaken = event.state === "taken";
  return (
    <Note tone={isTaken ? "good" : "calm"} icon={ICONS.taken}>
      <div className="row event-take">
        <span>
          {isTaken ? texts.events.stateBy(texts.events.states.taken, event.state_who) : texts.events.asksToTake}
        </span>
        {!isTaken && (
          <Button kind="primary" busy={busy} onClick={onTake}>
            {texts.events.mark.taken}
          </Button>
        )}
      </div>
    </Note>
  );
}

function factsOf(event: Event, together: number): Fact[] {
  const lasts = lastsOf(event);
  return [
    { name: texts.events.when, value: <When at90k={event.start_90k} /> },
    ...(lasts || event.is_open
      ? [
          {
            name: texts.events.lasts,
            value: [lasts, event.is_open && texts.events.goesOn].filter(Boolean).join(", "),
          },
        ]
      : []),
    ...(together > 1 ? [{ name: texts.events.with, value: texts.events.together(together) }] : []),
  ];
}

function ExportEvent({ group: { first, all } }: { group: Group }) {
  const { busy, problem, run } = useChange();
  const toast = useToast();
  // What repeats for hours would be a clip of hours.
  const oldest = all.findLast((each) => secondsOf(first.end_90k - each.start_90k) < LONGEST_S) ?? first;
  const range = { fromS: secondsOf(oldest.start_90k) - AROUND_S, toS: secondsOf(first.end_90k) + AROUND_S };
  const press = async () => {
    await get("/api/events/{id}/export.mp4", { path: { id: first.id }, query: { only_ask: true } });
    await save(first.camera, range);
    saveFacts(all);
    toast(texts.events.exported);
  };
  return (
    <>
      <Button icon="download" busy={busy} onClick={() => run(press)}>
        {texts.events.export}
      </Button>
      <ProblemNote problem={problem} />
    </>
  );
}

/** As the API says them, with times that people read. */
function saveFacts(events: readonly Event[]): void {
  const utc = (at90k: number) => new Date(secondsOf(at90k) * 1000).toISOString();
  const facts = events.map((each) => ({ ...each, start: utc(each.start_90k), end: utc(each.end_90k) }));
  const url = URL.createObjectURL(new Blob([JSON.stringify(facts, null, 2)], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `event-${events[0]?.id}.json`;
  link.click();
  URL.revokeObjectURL(url);
}

function Comments({ id, onCommented }: { id: number; onCommented: () => void }) {
  const [text, setText] = useState("");
  const mayChange = useMay()("events:change");
  const { answer, again } = useAsked((signal) => get("/api/events/{id}", { path: { id }, signal }), `event ${id}`);
  const { busy, problem, run } = useChange();
  const write = () =>
    run(async () => {
      await post("/api/events/{id}/comments", { path: { id }, body: { text: text.trim() } });
      setText("");
      again();
      onCommented();
    });
  if (!mayChange && !answer?.comments.length) return null;
  return (
    <section className="stack" aria-label={texts.events.comments}>
      {answer && answer.comments.length > 0 && (
        <ul className="event-said">
          {answer.comments.map((each) => (
            <li key={`${each.at_90k} ${each.who}`}>
              <span className="small soft">
                <strong>{each.who}</strong> <When at90k={each.at_90k} />
              </span>
              <p>{each.text}</p>
            </li>
          ))}
        </ul>
      )}
      {mayChange && (
        <form
          className="event-write"
          onSubmit={(event) => {
            event.preventDefault();
            write();
          }}
        >
          <TextArea
            label={texts.events.comment}
            hint={texts.events.commentHint}
            rows={2}
            maxLength={1000}
            value={text}
            onChange={setText}
          />
          <Button type="submit" icon="chat" busy={busy} disabled={!text.trim()}>
            {texts.events.write}
          </Button>
        </form>
      )}
      <ProblemNote problem={problem} />
    </section>
  );
}
