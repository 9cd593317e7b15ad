/** Whoever has the link of `passerby user reset` sets another password for that user. */

import { type FormEvent, useState } from "react";
import { post } from "../api/client";
import { useChange } from "../api/use";
import { goTo } from "../app/routes";
import { useSession } from "../app/session";
import { texts } from "../texts";
import { Button, ProblemNote } from "../ui";
import { NewPassword, NOT_TYPED } from "./NewPassword";
import { Doorway } from "./SignInPage";

export function ResetPage({ name, secret }: { name: string; secret: string }) {
  const { enter } = useSession();
  const [typed, setTyped] = useState(NOT_TYPED);
  const { busy, problem, run } = useChange();

  const reset = (event: FormEvent) => {
    event.preventDefault();
    if (typed.again !== typed.password) return;
    run(async () => {
      enter(await post("/api/reset", { body: { token: secret, name, password: typed.password } }));
      goTo("#/", true); // the link is used up: it need not stay in the history
    });
  };

  return (
    <Doorway>
      <h1>{texts.reset.title(name)}</h1>
      <p className="soft">{texts.reset.about}</p>
      <form className="stack" onSubmit={reset}>
        {/* Not shown, and there for password managers: whose password this is. */}
        <input type="hidden" name="username" autoComplete="username" value={name} />
        <NewPassword
          label={texts.people.newPassword}
          labelAgain={texts.people.newPasswordAgain}
          typed={typed}
          onChange={setTyped}
        />
        <ProblemNote problem={problem} />
        <Button kind="primary" type="submit" busy={busy}>
          {texts.reset.set}
        </Button>
      </form>
    </Doorway>
  );
}
