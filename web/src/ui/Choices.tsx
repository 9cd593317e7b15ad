/** Several to choose from, each with a sentence that explains it. */

import { type ReactNode, useId, useState } from "react";
import { texts } from "../texts";
import { Check } from "./Field";
import "./choices.css";

const words = texts.ui.choices;

export type Explained<T extends string> = { value: T; label: ReactNode; about?: ReactNode };
type ChoicesProps<T extends string> = { label: string; hint?: ReactNode; choices: readonly Explained<T>[] };

/** From so many on, they scroll and can be looked for. */
const MANY = 13;

/** Any number of them. */
export function Checks<T extends string>({
  label,
  hint,
  choices,
  chosen,
  onChange,
}: ChoicesProps<T> & { chosen: readonly T[]; onChange: (chosen: T[]) => void }) {
  const [sought, setSought] = useState("");
  const isLong = choices.length >= MANY;
  const shown = choices.filter((each) => !isLong || isAbout(each, sought));
  return (
    <fieldset className="choices">
      <legend>{label}</legend>
      {hint && <p className="field-about">{hint}</p>}
      {isLong && (
        <input
          type="search"
          className="input"
          aria-label={words.seek(label)}
          placeholder={words.seekHere}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && event.preventDefault()} // it would send the form
        />
      )}
      <div className={isLong ? "choices-many" : undefined}>
        {shown.map((each) => (
          <Check
            key={each.value}
            label={each.label}
            hint={each.about}
            checked={chosen.includes(each.value)}
            onChange={(is) => onChange(is ? [...chosen, each.value] : chosen.filter((one) => one !== each.value))}
          />
        ))}
        {shown.length === 0 && <p className="soft">{words.nothing}</p>}
      </div>
    </fieldset>
  );
}

/** What is not text cannot be looked for. */
function isAbout({ label, about }: Explained<string>, sought: string): boolean {
  const said = [label, about].filter((each) => typeof each === "string").join(" ");
  return said.toLocaleLowerCase().includes(sought.trim().toLocaleLowerCase());
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
