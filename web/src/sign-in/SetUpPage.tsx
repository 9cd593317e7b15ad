/** The first start: whoever has the link from the terminal makes the first user. */

import { type FormEvent, useState } from "react";
import { post } from "../api/client";
import { useChange } from "../api/use";
import { goTo } from "../app/routes";
import { useSession } from "../app/session";
import { texts } from "../texts";
import { Button, Note, ProblemNote, TextField } from "../ui";
import { Doorway } from "./SignInPage";

export function SetUpPage({ secret }: { secret: string }) {
  const { session, enter } = useSession();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const { busy, problem, run } = useChange();
  const differs = again !== "" && again !== password;

  const make = (event: FormEvent) => {
    event.preventDefault();
    if (again !== password) return;
    run(async () => {
      enter(await post("/api/set-up", { body: { token: secret, name, password } }));
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
          value={name}
          onChange={setName}
        />
        <TextField
          label={texts.signIn.password}
          hint={texts.setUp.passwordHint}
          name="password"
          type="password"
          autoComplete="new-password"
          required
          value={password}
          onChange={setPassword}
        />
        <TextField
          label={texts.setUp.again}
          problem={differs ? texts.setUp.differs : null}
          name="password-again"
          type="password"
          autoComplete="new-password"
          required
          value={again}
          onChange={setAgain}
        />
        <ProblemNote problem={problem} />
        <Button kind="primary" type="submit" busy={busy}>
          {texts.setUp.make}
        </Button>
      </form>
    </Doorway>
  );
}
