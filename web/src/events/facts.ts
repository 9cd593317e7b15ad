/** What an event says, in words; and which events are shown as one. */

import type { Schemas } from "../api/client";
import { lengthOf, secondsOf } from "../media/times";
import { texts, wordFor } from "../texts";
import type { IconName, Tone } from "../ui";

export type Event = Schemas["EventShown"];
export type State = Event["state"];

export const STATES: readonly State[] = ["new", "seen", "taken", "done", "false"];
export const TODO: readonly State[] = ["new", "taken"];
export const TONES: Record<State, Tone> = { new: "warn", seen: "calm", taken: "good", done: "calm", false: "calm" };
export const ICONS: Record<State, IconName> = {
  new: "bell",
  seen: "eye",
  taken: "hand",
  done: "check",
  false: "cross",
};

/** Crossings of one line by one and the same crowd: no further apart than this, s. */
const TOGETHER_S = 300;

/** The rule's name, or what is wrong with the camera. */
export function ruleOf({ kind, rule }: Pick<Event, "kind" | "rule">): string {
  return kind === "camera" ? (wordFor(texts.states, rule) ?? rule) : rule;
}

/** Events shown as one, the newest first; the first stands for all. */
export type Group = { first: Event; all: readonly Event[] };

export function groupsOf(events: readonly Event[]): Group[] {
  const groups: { first: Event; all: Event[] }[] = [];
  for (const each of events) {
    const group = groups.at(-1);
    const last = group?.all.at(-1);
    if (group && last && belong(last, each)) group.all.push(each);
    else groups.push({ first: each, all: [each] });
  }
  return groups;
}

function belong(later: Event, earlier: Event): boolean {
  const alike = (["camera", "rule", "kind", "way", "state", "state_who"] as const).every(
    (each) => later[each] === earlier[each],
  );
  return (
    alike &&
    later.kind === "line-crossed" &&
    later.comments + earlier.comments === 0 &&
    secondsOf(later.start_90k - earlier.end_90k) < TOGETHER_S
  );
}

export const kindOf = (kind: string): string => wordFor(texts.events.kinds, kind) ?? kind;

/** Line crossed to the right; Crowd, 8 people. */
export function whatOf({ kind, way, count, objects }: Pick<Event, "kind" | "way" | "count" | "objects">): string {
  const toward = way && wordFor(texts.events.ways, way);
  const many = count > 1 && texts.events.objects[objects]?.(count);
  return [toward ? `${kindOf(kind)} ${toward}` : kindOf(kind), many].filter(Boolean).join(", ");
}

/** How long it lasted; null: a moment. */
export function lastsOf({ start_90k, end_90k }: Event): string | null {
  const seconds = secondsOf(end_90k - start_90k);
  return seconds < 1 ? null : lengthOf(seconds);
}
