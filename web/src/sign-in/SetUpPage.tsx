/** The first start: whoever has the link from the terminal makes the first user. */

import { type FormEvent, useState } from "react";
import { post } from "../api/client";
import { useChange } from "../api/use";
import { goTo } from "../app/routes";
import { useSession } from "../app/session";
import { texts } from "../texts";
import { Button, Note, ProblemNote, TextField } from "../ui";
import { NAME_PATTERN, NewPassword, NOT_TYPED } from "./NewPassword";
import { Doorway } from "./SignInPage";

export function SetUpPage({ secret }: { secret: string }) {
  const { session, enter } = useSession();
  const [name, setName] = useState("");
  const [typed, setTyped] = useState(NOT_TYPED);
  const { busy, problem, run } = useChange();

  const make = (event: FormEvent) => {
    event.preventDefault();
    if (typed.again !== typed.password) return;
    run(async () => {
      enter(await post("/api/set-up", { body: { token: secret, name, password: typed.password } }));
      goTo("#/", true); // the link is used up: it need not stay in the history
    });
  };

  if (!session?.needs_set_up) {
    return (
      <Doorway>
        <h1>{texts.setUp.title}</h1>
        <Note tone="calm" icon="about">
          {texts.setUp.done}
        </Note>
        <a className="button primary" href="#/">
          {texts.setUp.go}
        </a>
      </Doorway>
    );
  }
  return (
    <Doorway>
      <h1>{texts.setUp.title}</h1>
      <p className="soft">{texts.setUp.about}</p>
      <form className="stack" onSubmit={make}>
        <TextField
          label={texts.signIn.name}
          hint={texts.setUp.nameHint}
          name="username"
          autoComplete="username"
          autoCapitalize="none"
          required
          maxLength={64}
          pattern={NAME_PATTERN}
          title={texts.setUp.nameHint}
          value={name}
          onChange={setName}
        />
        <NewPassword label={texts.signIn.password} labelAgain={texts.setUp.again} typed={typed} onChange={setTyped} />
        <ProblemNote problem={problem} />
        <Button kind="primary" type="submit" busy={busy}>
          {texts.setUp.make}
        </Button>
      </form>
    </Doorway>
  );
}
