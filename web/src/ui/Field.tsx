/** What is typed or chosen, with its label, a hint, and what is wrong with it. */

import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from "react";

type About = { label: string; hint?: ReactNode; problem?: string | null };

/** children: given the id for the control and that of its description. */
export function Field({
  label,
  hint,
  problem,
  children,
}: About & { children: (id: string, describedBy: string) => ReactNode }) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, about)}
      <div id={about} className="field-about">
        {problem ? <span className="field-problem">{problem}</span> : hint}
      </div>
    </div>
  );
}

type TextProps = About &
  Omit<InputHTMLAttributes<HTMLInputElement>, "className" | "onChange"> & {
    ref?: Ref<HTMLInputElement>;
    onChange: (value: string) => void;
  };

export function TextField({ label, hint, problem, onChange, ...rest }: TextProps) {
  return (
    <Field label={label} hint={hint} problem={problem ?? null}>
      {(id, about) => (
        <input
          id={id}
          className="input"
          aria-describedby={about}
          aria-invalid={Boolean(problem)}
          onChange={(event) => onChange(event.target.value)}
          {...rest}
        />
      )}
    </Field>
  );
}

type AreaProps = About &
  Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, "className" | "onChange"> & {
    onChange: (value: string) => void;
  };

/** Several lines. */
export function TextArea({ label, hint, problem, onChange, ...rest }: AreaProps) {
  return (
    <Field label={label} hint={hint} problem={problem ?? null}>
      {(id, about) => (
        <textarea
          id={id}
          className="input"
          aria-describedby={about}
          aria-invalid={Boolean(problem)}
          onChange={(event) => onChange(event.target.value)}
          {...rest}
        />
      )}
    </Field>
  );
}

export type Choice<T extends string> = { value: T; label: string };
type SelectProps<T extends string> = About &
  Omit<SelectHTMLAttributes<HTMLSelectElement>, "className" | "onChange" | "value"> & {
    value: T;
    choices: readonly Choice<T>[];
    onChange: (value: T) => void;
  };

export function Select<T extends string>({ label, hint, problem, choices, onChange, ...rest }: SelectProps<T>) {
  return (
    <Field label={label} hint={hint} problem={problem ?? null}>
      {(id, about) => (
        <select
          id={id}
          className="input"
          aria-describedby={about}
          onChange={(event) => onChange(event.target.value as T)}
          {...rest}
        >
          {choices.map((each) => (
            <option key={each.value} value={each.value}>
              {each.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type CheckProps = {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
};

export function Check({ label, hint, checked, disabled = false, onChange }: CheckProps) {
  const id = useId();
  return (
    <div className="check">
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={hint ? `${id}-about` : undefined}
        onChange={(event) => onChange(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint && (
        <div id={`${id}-about`} className="field-about">
          {hint}
        </div>
      )}
    </div>
  );
}

/** One of a few, all in sight. */
export function Segmented<T extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string;
  value: T;
  choices: readonly Choice<T>[];
  onChange: (value: T) => void;
}) {
  const name = useId();
  return (
    <fieldset className="segmented">
      <legend className="only-heard">{label}</legend>
      {choices.map((each) => (
        <label key={each.value}>
          <input
            type="radio"
            name={name}
            value={each.value}
            checked={each.value === value}
            onChange={() => onChange(each.value)}
          />
          <span>{each.label}</span>
        </label>
      ))}
    </fieldset>
  );
}
