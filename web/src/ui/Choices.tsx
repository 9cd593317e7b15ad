/** Several to choose from, each with a sentence that explains it. */

import { type ReactNode, useId } from "react";
import { Check } from "./Field";
import "./choices.css";

export type Explained<T extends string> = { value: T; label: ReactNode; about?: ReactNode };
type ChoicesProps<T extends string> = { label: string; hint?: ReactNode; choices: readonly Explained<T>[] };

/** Any number of them. */
export function Checks<T extends string>({
  label,
  hint,
  choices,
  chosen,
  onChange,
}: ChoicesProps<T> & { chosen: readonly T[]; onChange: (chosen: T[]) => void }) {
  return (
    <fieldset className="choices">
      <legend>{label}</legend>
      {hint && <p className="field-about">{hint}</p>}
      {choices.map((each) => (
        <Check
          key={each.value}
          label={each.label}
          hint={each.about}
          checked={chosen.includes(each.value)}
          onChange={(is) => onChange(is ? [...chosen, each.value] : chosen.filter((one) => one !== each.value))}
        />
      ))}
    </fieldset>
  );
}

/** Exactly one of them. */
export function Radios<T extends string>({
  label,
  hint,
  choices,
  value,
  onChange,
}: ChoicesProps<T> & { value: T; onChange: (value: T) => void }) {
  const name = useId();
  return (
    <fieldset className="choices">
      <legend>{label}</legend>
      {hint && <p className="field-about">{hint}</p>}
      {choices.map((each) => (
        <div key={each.value} className="check">
          <input
            id={`${name}-${each.value}`}
            type="radio"
            name={name}
            checked={each.value === value}
            aria-describedby={each.about ? `${name}-${each.value}-about` : undefined}
            onChange={() => onChange(each.value)}
          />
          <label htmlFor={`${name}-${each.value}`}>{each.label}</label>
          {each.about && (
            <div id={`${name}-${each.value}-about`} className="field-about">
              {each.about}
            </div>
          )}
        </div>
      ))}
    </fieldset>
  );
}
