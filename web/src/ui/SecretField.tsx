/** What is typed and must not be read over somebody's shoulder. It can be shown while it is typed, and never afterwards. */

import { type InputHTMLAttributes, type ReactNode, useState } from "react";
import { texts } from "../texts";
import { Button } from "./Button";
import { Field } from "./Field";
import "./secret-field.css";

type SecretProps = Omit<InputHTMLAttributes<HTMLInputElement>, "className" | "onChange" | "type"> & {
  label: string;
  hint?: ReactNode;
  problem?: string | null;
  onChange: (value: string) => void;
};

export function SecretField({ label, hint, problem, onChange, ...rest }: SecretProps) {
  const [isShown, setIsShown] = useState(false);
  return (
    <Field label={label} hint={hint} problem={problem ?? null}>
      {(id, about) => (
        <div className="secret-field">
          <input
            id={id}
            className="input"
            type={isShown ? "text" : "password"}
            autoComplete="new-password"
            spellCheck={false}
            autoCapitalize="none"
            aria-describedby={about}
            aria-invalid={Boolean(problem)}
            onChange={(event) => onChange(event.target.value)}
            {...rest}
          />
          <Button kind="quiet" aria-pressed={isShown} onClick={() => setIsShown(!isShown)}>
            {isShown ? texts.ui.hide : texts.ui.show}
          </Button>
        </div>
      )}
    </Field>
  );
}
