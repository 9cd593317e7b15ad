/** What a user does for themselves: password, passkeys, tokens, signing out. */

import { type FormEvent, type ReactNode, useState } from "react";
import { put } from "../api/client";
import { useChange } from "../api/use";
import { LanguageChoice } from "../app/LanguageChoice";
import { type Session, useSession } from "../app/session";
import { useGroupTitles } from "../camera/groups";
import { NewPassword, NOT_TYPED } from "../sign-in/NewPassword";
import { texts, wordFor } from "../texts";
import { Button, Facts, Panel, ProblemNote, TextField, useToast } from "../ui";
import { DevicesPanel } from "./DevicesPanel";
import { PasskeysPanel } from "./PasskeysPanel";
import { rolesOf } from "./roles";
import { TokensPanel } from "./TokensPanel";

export function AccountPart() {
  return (
    <div className="account-panels">
      <MePanel />
      <DevicesPanel />
      <PasswordPanel />
      <PasskeysPanel />
      <TokensPanel />
    </div>
  );
}

function MePanel() {
  const { session, signOut } = useSession();
  const { busy, problem, run } = useChange();
  const titlesOf = useGroupTitles();
  if (!session?.name) return null;
  const sees = session.sees_all_cameras ? texts.people.allCameras : titlesOf(session.groups) || texts.people.noCamera;
  return (
    <Panel
      title={session.name}
      actions={
        <Button icon="signOut" busy={busy} onClick={() => run(signOut)}>
          {texts.signIn.signOut}
        </Button>
      }
    >
      <div className="stack">
        <ProblemNote problem={problem} />
        <Facts
          facts={[
            { name: texts.people.roles, value: rolesOf(session.roles) },
            ...(session.roles.length ? [{ name: texts.people.mayDo, value: doesOf(session) }] : []),
            { name: texts.people.sees, value: sees },
            { name: texts.settings.language, value: <LanguageChoice /> },
          ]}
        />
      </div>
    </Panel>
  );
}

/** What somebody may do: of one role in its own words; of several in sum, since what one may not, another may. */
function doesOf({ roles, may }: Session): ReactNode {
  const [only, another] = roles;
  if (only && !another) return texts.roles[only].about;
  const words = may.map((each) => wordFor(texts.actions, each)).filter((each) => each !== undefined);
  return (
    <details>
      <summary>{texts.people.mayDoMany(words.length)}</summary>
      <ul className="account-does">
        {words.map((each) => (
          <li key={each}>{each}</li>
        ))}
      </ul>
    </details>
  );
}

function PasswordPanel() {
  const { session } = useSession();
  const [old, setOld] = useState("");
  const [typed, setTyped] = useState(NOT_TYPED);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (typed.again !== typed.password) return;
    run(async () => {
      await put("/api/self/password", { body: { old, new: typed.password } });
      setOld("");
      setTyped(NOT_TYPED);
      toast(texts.people.passwordChanged);
    });
  };
  return (
    <Panel title={texts.people.myPassword} about={texts.people.myPasswordAbout}>
      <form className="stack" onSubmit={save}>
        <input type="text" name="username" autoComplete="username" value={session?.name ?? ""} readOnly hidden />
        <TextField
          label={texts.people.oldPassword}
          type="password"
          autoComplete="current-password"
          value={old}
          onChange={setOld}
        />
        <NewPassword
          label={texts.people.newPassword}
          labelAgain={texts.people.newPasswordAgain}
          typed={typed}
          onChange={setTyped}
        />
        <ProblemNote problem={problem} />
        <div className="row">
          <Button type="submit" busy={busy}>
            {texts.people.changePassword}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
