/** A new password, typed twice, and what names may be like. */

import { useSession } from "../app/session";
import { texts } from "../texts";
import { TextField } from "../ui";

/** Of a user's name, as the API has it. */
export const NAME_PATTERN = "[A-Za-z0-9][A-Za-z0-9._@\\-]*";

export type TypedTwice = { password: string; again: string };

export const NOT_TYPED: TypedTwice = { password: "", again: "" };

type Props = { label: string; labelAgain: string; typed: TypedTwice; onChange: (typed: TypedTwice) => void };

export function NewPassword({ label, labelAgain, typed, onChange }: Props) {
  const least = useSession().session?.min_password_letters;
  const differs = typed.again !== "" && typed.again !== typed.password;
  return (
    <>
      <TextField
        label={label}
        hint={texts.setUp.passwordHint(least)}
        minLength={least}
        name="password"
        type="password"
        autoComplete="new-password"
        required
        value={typed.password}
        onChange={(password) => onChange({ ...typed, password })}
      />
      <TextField
        label={labelAgain}
        problem={differs ? texts.setUp.differs : null}
        name="password-again"
        type="password"
        autoComplete="new-password"
        required
        value={typed.again}
        onChange={(again) => onChange({ ...typed, again })}
      />
    </>
  );
}
