/** The name of a rule, what it is about, and the numbers and words that its kind has. */

import { texts } from "../texts";
import { Select, TextField } from "../ui";
import { areaOf } from "./ground";
import { groundSizeOf, KINDS, numberOf, type Shown, timesOfRule, type Values, withNumber } from "./kinds";
import { isSpan, timesOf } from "./schedule";
import type { Points } from "./shape";
import { WhenFields } from "./WhenFields";

const words = texts.rules;
const MAX_NAME = 60;

type FieldsProps = {
  values: Values;
  problems: Readonly<Record<string, string>>;
  /** group: see `useHistory`. */
  set: (change: Partial<Values>, group: string) => void;
};

export function RuleFields({ values, problems, set }: FieldsProps) {
  const { objects = [], fields = [] } = KINDS[values.kind] ?? {};
  const area = groundAreaOf(values);
  return (
    <>
      <TextField
        label={words.name}
        value={values.name}
        maxLength={MAX_NAME}
        autoComplete="off"
        problem={problems.name ?? null}
        onChange={(name) => set({ name }, "name")}
      />
      {objects.length > 1 && (
        <Select
          label={words.objectsOf}
          hint={values.objects === "vehicles" ? words.vehiclesHint : undefined}
          value={String(values.objects)}
          choices={objects.map((each) => ({ value: each, label: words.objects[each] }))}
          onChange={(objects) => set({ objects }, "objects")}
        />
      )}
      {fields.map((each) =>
        "choices" in each ? (
          <Select
            key={each.key}
            label={words.alert}
            hint={words.alertHint}
            value={String(values[each.key])}
            choices={each.choices.map((one) => ({ value: one, label: words.alerts[one] }))}
            onChange={(value) => set({ [each.key]: value }, each.key)}
          />
        ) : (
          <TextField
            key={each.words}
            type="number"
            inputMode={each.isWhole ? "numeric" : "decimal"}
            label={words.fields[each.words].label}
            hint={words.fields[each.words].hint}
            problem={problems[each.words] ?? null}
            min={each.min}
            max={each.max}
            step={each.isWhole ? 1 : "any"}
            value={numberOf(values, each)?.toString() ?? ""}
            onChange={(text) => set(withNumber(values, each, text === "" ? null : Number(text)), each.words)}
          />
        ),
      )}
      {area !== null && <p className="small soft">{words.zoneIs(area)}</p>}
      <WhenFields entries={timesOfRule(values)} onChange={(when, group) => set({ when }, group)} />
    </>
  );
}

/** By key. others: of the same camera. */
export function problemsOf(values: Values, others: readonly Shown[]): Record<string, string> {
  const found: Record<string, string> = {};
  const name = values.name.trim();
  if (!/[\p{L}\p{N}]/u.test(name)) found.name = words.needsName;
  else if (others.some((each) => each.rule.name === name)) found.name = words.nameTaken;
  for (const each of KINDS[values.kind]?.fields ?? []) {
    if ("choices" in each) continue;
    const value = numberOf(values, each);
    const isNumber = value !== null && (!each.isWhole || Number.isInteger(value));
    if (!isNumber || value < each.min || value > each.max) found[each.words] = words.between(each.min, each.max);
  }
  const isWrong = (entry: string) => {
    const times = timesOf(entry);
    return !times || !isSpan(times);
  };
  if (timesOfRule(values).some(isWrong)) found.when = words.when.noSpan;
  return found;
}

/** Of its zone, in square metres; null: not known. */
export function groundAreaOf(values: Values): number | null {
  const size = groundSizeOf(values);
  if (!Array.isArray(values.ground) || !Array.isArray(values.zone) || Math.min(...size) <= 0) return null;
  return areaOf(values.zone as Points, values.ground as Points, size);
}
