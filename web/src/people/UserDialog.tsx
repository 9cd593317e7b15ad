/** Adds a user, or changes what one may, their password, or removes them. */

import { type FormEvent, useId, useState } from "react";
import { get, post, put, remove, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { useSession } from "../app/session";
import { NAME_PATTERN } from "../sign-in/NewPassword";
import { texts } from "../texts";
import { Button, Check, Checks, Confirm, Dialog, Note, ProblemNote, SecretField, TextField, useToast } from "../ui";
import { ROLE_CHOICES } from "./roles";
import type { User } from "./UsersPart";

type Change = Schemas["UserChange"];
type DialogProps = { user: User | null; onClose: () => void; onChanged: () => void };

const NOTHING: Change = { roles: [], groups: [], sees_all_cameras: false, is_enabled: true };
const WATCHES = ["viewer", "operator"];

/** user: null for a new one. */
export function UserDialog({ user, onClose, onChanged }: DialogProps) {
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const [facts, setFacts] = useState<Change>(() => (user ? changeOf(user) : NOTHING));
  const [isRemoving, setIsRemoving] = useState(false);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const form = useId();
  const least = useSession().session?.min_password_letters;
  const set = (change: Partial<Change>) => setFacts((before) => ({ ...before, ...change }));

  const done = (says: string) => {
    toast(says);
    onChanged();
    onClose();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      if (user) await change(user.name, facts, password);
      else await post("/api/users", { body: { ...facts, name, password: password || null } });
      done(user ? texts.people.userChanged(user.name) : texts.people.userAdded(name));
    });
  };

  if (user && isRemoving) {
    return (
      <Confirm
        title={texts.people.removeUserTitle(user.name)}
        does={texts.people.removeUser}
        onClose={() => setIsRemoving(false)}
        onConfirm={async () => {
          await remove("/api/users/{name}", { path: { name: user.name } });
          done(texts.people.userRemoved(user.name));
        }}
      >
        <p>{texts.people.removeUserAbout}</p>
      </Confirm>
    );
  }
  return (
    <Dialog
      title={user ? texts.people.changeUser(user.name) : texts.people.addUser}
      onClose={onClose}
      isWide
      actions={
        <>
          {user && (
            <Button kind="danger" icon="trash" onClick={() => setIsRemoving(true)}>
              {texts.people.removeUser}
            </Button>
          )}
          <span className="space" />
          <Button onClick={onClose}>{texts.ui.cancel}</Button>
          <Button kind="primary" type="submit" form={form} busy={busy}>
            {user ? texts.cameras.save : texts.people.addUser}
          </Button>
        </>
      }
    >
      <form id={form} className="stack" onSubmit={save}>
        {!user && (
          <TextField
            label={texts.signIn.name}
            hint={texts.setUp.nameHint}
            required
            maxLength={64}
            autoComplete="off"
            autoCapitalize="none"
            pattern={NAME_PATTERN}
            title={texts.setUp.nameHint}
            value={name}
            onChange={setName}
          />
        )}
        <SecretField
          label={user ? texts.people.otherPassword : texts.signIn.password}
          hint={user ? texts.people.otherPasswordHint(least) : texts.people.passwordHint(least)}
          minLength={least}
          value={password}
          onChange={setPassword}
        />
        <Checks
          label={texts.people.roles}
          choices={ROLE_CHOICES}
          chosen={facts.roles}
          onChange={(roles) => set({ roles })}
        />
        <Sees facts={facts} set={set} />
        <Others user={user} facts={facts} set={set} />
        <ProblemNote problem={problem} />
      </form>
    </Dialog>
  );
}

type PartProps = { facts: Change; set: (change: Partial<Change>) => void };

function Sees({ facts, set }: PartProps) {
  const { answer } = useAsked((signal) => get("/api/groups", { signal }), "groups");
  const watches = facts.roles.some((each) => WATCHES.includes(each));
  const seesNone = watches && !facts.sees_all_cameras && !facts.groups.length;
  return (
    <>
      <Check
        label={texts.people.seesAll}
        hint={texts.people.seesAllHint}
        checked={facts.sees_all_cameras}
        onChange={(sees_all_cameras) => set({ sees_all_cameras })}
      />
      {!facts.sees_all_cameras && answer && answer.length > 0 && (
        <Checks
          label={texts.people.groups}
          choices={answer.map((each) => ({ value: each.name, label: each.title || each.name }))}
          chosen={facts.groups}
          onChange={(groups) => set({ groups })}
        />
      )}
      {seesNone && (
        <Note tone="warn" icon="warn">
          {texts.people.seesNone}
        </Note>
      )}
    </>
  );
}

function Others({ user, facts, set }: PartProps & { user: User | null }) {
  const { session } = useSession();
  return (
    <>
      {(session?.oidc_label || facts.oidc_subject) && (
        <TextField
          label={texts.people.oidc}
          hint={texts.people.oidcHint}
          maxLength={255}
          autoComplete="off"
          value={facts.oidc_subject ?? ""}
          onChange={(subject) => set({ oidc_subject: subject || null })}
        />
      )}
      {user && (
        <Check
          label={texts.people.lock}
          hint={texts.people.lockHint}
          checked={!facts.is_enabled}
          onChange={(isLocked) => set({ is_enabled: !isLocked })}
        />
      )}
    </>
  );
}

async function change(name: string, facts: Change, password: string): Promise<void> {
  await put("/api/users/{name}", { path: { name }, body: facts });
  if (password) await put("/api/users/{name}/password", { path: { name }, body: { password } });
}

function changeOf(user: User): Change {
  const { name: _, has_password: __, ...facts } = user;
  return facts;
}
