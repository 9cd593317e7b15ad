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

/** What happens again so soon is shown as one: crossings of a line by a crowd, a camera that fails and recovers. s. */
const TOGETHER_S = 300;
/** These repeat; each of the others is worth a row. */
const REPEATING = ["line-crossed", "camera"];

/** The rule's name, or what is wrong with the camera. */
export function ruleOf({ kind, rule }: Pick<Event, "kind" | "rule">): string {
  return kind === "camera" ? (wordFor(texts.states, rule) ?? rule) : rule;
}

/** Events shown as one, the newest first; the first stands for all. */
export type Group = { first: Event; all: readonly Event[] };

/** A group is where its newest event is, whatever else happened meanwhile. */
export function groupsOf(events: readonly Event[]): Group[] {
  const groups: { first: Event; all: Event[] }[] = [];
  const open = new Map<string, { first: Event; all: Event[] }>();
  for (const each of events) {
    const key = togetherBy(each);
    const group = key === null ? undefined : open.get(key);
    const last = group?.all.at(-1);
    if (group && last && secondsOf(last.start_90k - each.end_90k) < TOGETHER_S) {
      group.all.push(each);
      continue;
    }
    const begun = { first: each, all: [each] };
    groups.push(begun);
    if (key !== null) open.set(key, begun);
  }
  return groups;
}

/** What happened before what is wrong with cameras, which is more often: where a list is to be worked through. */
export function byNeed(groups: readonly Group[]): Group[] {
  const isFault = ({ first }: Group) => first.kind === "camera";
  return [...groups.filter((each) => !isFault(each)), ...groups.filter(isFault)];
}

/** Those that agree in this may be one; null: it stands alone. */
function togetherBy({ camera, rule, kind, way, state, state_who, comments }: Event): string | null {
  if (!REPEATING.includes(kind) || comments > 0) return null;
  return JSON.stringify([camera, rule, kind, way, state, state_who]);
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
