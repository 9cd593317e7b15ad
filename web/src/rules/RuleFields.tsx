/** The name of a rule, what it is about, and the numbers and words that its kind has. */

import { texts } from "../texts";
import { Select, TextField } from "../ui";
import { KINDS, type Shown, type Values } from "./kinds";

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
            key={each.key}
            type="number"
            inputMode={each.isWhole ? "numeric" : "decimal"}
            label={words.fields[each.key].label}
            hint={words.fields[each.key].hint}
            problem={problems[each.key] ?? null}
            min={each.min}
            max={each.max}
            step={each.isWhole ? 1 : "any"}
            value={typeof values[each.key] === "number" ? String(values[each.key]) : ""}
            onChange={(text) => set({ [each.key]: text === "" ? null : Number(text) }, each.key)}
          />
        ),
      )}
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
    const value = values[each.key];
    const isNumber = typeof value === "number" && (!each.isWhole || Number.isInteger(value));
    if (!isNumber || value < each.min || value > each.max) found[each.key] = words.between(each.min, each.max);
  }
  return found;
}
