/** The kinds of rules: what each has besides its name, and what a new one looks like. A new kind is one entry here, its words
 *  in `texts.rules.kinds`, and those of keys that no other kind has in `texts.rules.fields`. */

import type { Schemas } from "../api/client";
import { texts, wordFor } from "../texts";
import { entryInWords } from "./schedule";
import type { Points, Shape } from "./shape";

export type Shown = Schemas["RuleShown"];
/** As in the file. Keys that this page does not know stay as they are. */
export type Values = { name: string; kind: string; [key: string]: unknown };

type NumberField = {
  /** Of the rule, and which of its numbers if it has several. */
  key: string;
  index?: 0 | 1;
  /** Its unit is in its label. */
  words: keyof typeof texts.rules.fields;
  min: number;
  max: number;
  isWhole?: boolean;
};
/** A number, or one of a few words. */
export type FieldOf = NumberField | { key: "alert"; choices: readonly (keyof typeof texts.rules.alerts)[] };

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
const LONGER: FieldOf = { key: "longer_than_s", words: "longer_than_s", min: 5, max: DAY_S };
const ALONE: FieldOf = { key: "after_s", words: "after_s", min: 3, max: DAY_S };
const LIMIT: FieldOf = { key: "limit", words: "limit", min: 1, max: 10_000, isWhole: true };
const SIDE = { key: "ground_m", min: 0.1, max: 1000 } as const;

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
    fields: [{ key: "after_s", words: "after_s", min: 0, max: DAY_S }],
    usual: { objects: "people", after_s: 2 },
  },
  crowd: {
    shapes: ["zone"],
    objects: BOTH,
    fields: [LIMIT],
    usual: { objects: "people", limit: 5 },
  },
  density: {
    shapes: ["zone", "ground"],
    objects: BOTH,
    fields: [
      { key: "limit", words: "per_m2", min: 0.1, max: 20 },
      { ...SIDE, index: 0, words: "ground_width" },
      { ...SIDE, index: 1, words: "ground_depth" },
    ],
    usual: { objects: "people", limit: 2, ground_m: [4, 4] },
  },
  queue: {
    shapes: ["zone"],
    objects: BOTH,
    fields: [LIMIT],
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
    fields: [{ key: "longer_than_s", words: "longer_than_s", min: 2, max: DAY_S }],
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
  ground: [
    [0.35, 0.6],
    [0.65, 0.6],
    [0.72, 0.85],
    [0.28, 0.85],
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

/** null: it has none there. */
export function numberOf(values: Values, { key, index }: NumberField): number | null {
  const value = values[key];
  const found: unknown = index !== undefined && Array.isArray(value) ? value[index] : value;
  return typeof found === "number" ? found : null;
}

/** What is to be changed for that. */
export function withNumber(
  values: Values,
  { key, index }: NumberField,
  number: number | null,
): Record<string, unknown> {
  const value = values[key];
  return { [key]: index !== undefined && Array.isArray(value) ? value.with(index, number) : number };
}

/** In metres: the sides of its ground. 0: not known. */
export function groundSizeOf(values: Values): [number, number] {
  const [width, depth] = Array.isArray(values.ground_m) ? values.ground_m : [];
  return [Number(width) || 0, Number(depth) || 0];
}

export function timesOfRule(values: Values): string[] {
  return Array.isArray(values.when) ? values.when.map(String) : [];
}

/** In short, for the list: "Crowd · people · more than 5 · 22:00–06:00". */
export function summaryOf(values: Values): string {
  const { kind, objects } = values;
  const inShort: Readonly<Record<string, (count: number) => string>> = texts.rules.inShort;
  const numbers = (KINDS[kind]?.fields ?? []).flatMap((each) => {
    if ("choices" in each) {
      const value = String(values[each.key]);
      return value === "none" ? [] : [wordFor(texts.rules.alerts, value) ?? ""];
    }
    const value = numberOf(values, each);
    return value ? [inShort[each.words]?.(value) ?? []].flat() : [];
  });
  const times = timesOfRule(values).map(entryInWords);
  const what = typeof objects === "string" ? wordFor(texts.rules.objects, objects) : undefined;
  return [wordsOf(kind).label, ...(what ? [what.toLowerCase()] : []), ...numbers, ...times].join(" · ");
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
