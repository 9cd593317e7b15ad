/** The kinds of rules: what each has besides its name, and what a new one looks like. A new kind is one entry here, its words
 *  in `texts.rules.kinds`, and those of keys that no other kind has in `texts.rules.fields`. */

import type { Schemas } from "../api/client";
import { texts, wordFor } from "../texts";
import type { Points, Shape } from "./shape";

export type Shown = Schemas["RuleShown"];
/** As in the file. Keys that this page does not know stay as they are. */
export type Values = { name: string; kind: string; [key: string]: unknown };

/** A number, with its unit in its label, or one of a few words. */
export type FieldOf =
  | { key: keyof typeof texts.rules.fields; min: number; max: number; isWhole?: boolean }
  | { key: "alert"; choices: readonly (keyof typeof texts.rules.alerts)[] };

export type Kind = {
  shapes: readonly Shape[];
  /** More than one: they are asked for. */
  objects: readonly (keyof typeof texts.rules.objects)[];
  fields: readonly FieldOf[];
  /** Besides name, kind and shapes. */
  usual: Readonly<Record<string, unknown>>;
};

const DAY_S = 86_400;
const BOTH = ["people", "vehicles"] as const;
const LONGER: FieldOf = { key: "longer_than_s", min: 5, max: DAY_S };
const ALONE: FieldOf = { key: "after_s", min: 3, max: DAY_S };

export const KINDS: Readonly<Record<string, Kind>> = {
  line: {
    shapes: ["line"],
    objects: BOTH,
    fields: [{ key: "alert", choices: ["none", "right", "left", "both"] }],
    usual: { objects: "people", alert: "none" },
  },
  zone: {
    shapes: ["zone"],
    objects: BOTH,
    fields: [{ key: "after_s", min: 0, max: DAY_S }],
    usual: { objects: "people", after_s: 2 },
  },
  crowd: {
    shapes: ["zone"],
    objects: BOTH,
    fields: [{ key: "limit", min: 1, max: 10_000, isWhole: true }],
    usual: { objects: "people", limit: 5 },
  },
  queue: {
    shapes: ["zone"],
    objects: BOTH,
    fields: [{ key: "limit", min: 1, max: 10_000, isWhole: true }],
    usual: { objects: "people", limit: 5 },
  },
  loitering: { shapes: ["zone"], objects: BOTH, fields: [LONGER], usual: { objects: "people", longer_than_s: 60 } },
  "wrong-way": { shapes: ["zone", "arrow"], objects: BOTH, fields: [], usual: { objects: "people" } },
  stopped: {
    shapes: ["zone"],
    objects: ["vehicles"],
    fields: [LONGER],
    usual: { objects: "vehicles", longer_than_s: 60 },
  },
  fall: { shapes: ["zone"], objects: ["people"], fields: [], usual: { objects: "people" } },
  lying: {
    shapes: ["zone"],
    objects: ["people"],
    fields: [{ key: "longer_than_s", min: 2, max: DAY_S }],
    usual: { objects: "people", longer_than_s: 3 },
  },
  "left-object": { shapes: ["zone"], objects: ["things"], fields: [ALONE], usual: { objects: "things", after_s: 10 } },
  "removed-object": {
    shapes: ["zone"],
    objects: ["things"],
    fields: [ALONE],
    usual: { objects: "things", after_s: 10 },
  },
};

/** Over the lower part of the picture, where the ground mostly is. */
const NEW_SHAPES: Readonly<Record<Shape, Points>> = {
  zone: [
    [0.1, 0.5],
    [0.9, 0.5],
    [0.9, 0.95],
    [0.1, 0.95],
  ],
  line: [
    [0.15, 0.65],
    [0.85, 0.65],
  ],
  arrow: [
    [0.3, 0.73],
    [0.7, 0.73],
  ],
};

/** May be saved as it is. taken: the names of the camera's rules. */
export function newRule(kind: string, taken: readonly string[]): Values {
  const of = KINDS[kind];
  const shapes = (of?.shapes ?? []).map((each) => [each, NEW_SHAPES[each]]);
  return { name: freeName(wordsOf(kind).label, taken), kind, ...of?.usual, ...Object.fromEntries(shapes) };
}

export function wordsOf(kind: string): { label: string; about: string } {
  const words: Readonly<Record<string, { label: string; about: string }>> = texts.rules.kinds;
  return words[kind] ?? { label: kind, about: "" };
}

/** In short, for the list: "Crowd · people · more than 5". */
export function summaryOf({ kind, objects, ...values }: Values): string {
  const numbers = (KINDS[kind]?.fields ?? []).flatMap((each) => {
    const value = values[each.key];
    if ("choices" in each) return value === "none" ? [] : [wordFor(texts.rules.alerts, String(value)) ?? ""];
    return typeof value === "number" && value > 0 ? [texts.rules.inShort[each.key](value)] : [];
  });
  const what = typeof objects === "string" ? wordFor(texts.rules.objects, objects) : undefined;
  return [wordsOf(kind).label, ...(what ? [what.toLowerCase()] : []), ...numbers].join(" · ");
}

function freeName(label: string, taken: readonly string[]): string {
  let name = label;
  for (let number = 2; taken.includes(name); number++) name = `${label} ${number}`;
  return name;
}

/** The API describes each kind; here all are treated alike. */
export function valuesOf(each: Shown): Values {
  return each.rule as unknown as Values;
}

export function drawnOf(each: Shown) {
  return { values: valuesOf(each), isOff: !each.is_enabled };
}
