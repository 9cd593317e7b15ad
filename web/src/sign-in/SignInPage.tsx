/** Signing in: by password, passkey, or single sign-on. */

import { type FormEvent, type ReactNode, useState } from "react";
import { get, post } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { Brand } from "../app/Shell";
import { SECTIONS } from "../app/sections";
import { useSession } from "../app/session";
import { texts } from "../texts";
import { Button, Icon, Note, ProblemNote, TextField } from "../ui";
import { canUsePasskeys, signInByPasskey } from "./passkey";
import "./sign-in.css";

export function SignInPage() {
  const { session, enter } = useSession();
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const { busy, problem, run } = useChange();

  const byPassword = (event: FormEvent) => {
    event.preventDefault();
    run(async () => enter(await post("/api/session", { body: { name, password } })));
  };
  const byPasskey = () =>
    run(async () => {
      const entered = await signInByPasskey();
      if (entered) enter(entered);
    });

  return (
    <Doorway>
      <h1>{texts.signIn.title}</h1>
      {session?.needs_set_up && (
        <Note tone="calm" icon="about">
          {texts.signIn.needsSetUp}
        </Note>
      )}
      <form className="stack" onSubmit={byPassword}>
        <TextField
          label={texts.signIn.name}
          name="username"
          autoComplete="username webauthn"
          autoCapitalize="none"
          required
          value={name}
          onChange={setName}
        />
        <TextField
          label={texts.signIn.password}
          name="password"
          type="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={setPassword}
        />
        <ProblemNote problem={problem} />
        <Button kind="primary" type="submit" busy={busy}>
          {texts.signIn.signIn}
        </Button>
      </form>
      <div className="stack">
        {canUsePasskeys() && (
          <Button icon="key" disabled={busy} onClick={byPasskey}>
            {texts.signIn.withPasskey}
          </Button>
        )}
        {session?.oidc_label && (
          <a className="button" href="api/session/oidc">
            {session.oidc_label}
          </a>
        )}
      </div>
    </Doorway>
  );
}

/** What surrounds signing in and setting up: whose installation this is, and what it does, for whoever stands here. */
export function Doorway({ children }: { children: ReactNode }) {
  const { answer } = useAsked((signal) => get("/api/about", { signal }), "about");
  const about = SECTIONS.find((each) => each.path === "about");
  return (
    <main className="doorway">
      <div className="doorway-form">
        <Brand />
        {children}
        <p className="doorway-foot soft small">
          {answer?.title && <span>{answer.title}</span>}
          {about && <a href="#/about">{texts.signIn.about}</a>}
        </p>
      </div>
      <aside className="doorway-side">
        <p className="doorway-claim">{texts.signIn.claim}</p>
        <ul className="doorway-facts">
          {texts.signIn.facts.map((each) => (
            <li key={each}>
              <Icon name="check" size={18} />
              {each}
            </li>
          ))}
        </ul>
      </aside>
    </main>
  );
}
