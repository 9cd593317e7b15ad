/** My tokens for programs. Each is shown once, when it is made. */

import { type FormEvent, useState } from "react";
import { type Action, get, post, remove } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { useSession } from "../app/session";
import { texts, wordFor } from "../texts";
import { Button, Checks, Dialog, Note, Panel, ProblemNote, TextField, useToast, When } from "../ui";
import { Owned } from "./Owned";

/** What no token may do: as the gate has it, which asks again. */
const NEVER = new Set<Action>([
  "sign-in",
  "self:see",
  "self:change",
  "users:change",
  "groups:change",
  "not-people:change",
  "about:see",
  "still:linked",
]);
const USUAL_DAYS = 90;
const MAX_DAYS = 366;

export function TokensPanel() {
  const { answer, problem, again } = useAsked((signal) => get("/api/self/tokens", { signal }), "tokens");
  const [isMaking, setIsMaking] = useState(false);
  return (
    <Panel
      title={texts.people.tokens}
      about={texts.people.tokensAbout}
      actions={
        <Button icon="plus" onClick={() => setIsMaking(true)}>
          {texts.people.addToken}
        </Button>
      }
    >
      <ProblemNote problem={problem} onAgain={again} />
      <Owned
        items={answer}
        none={texts.people.noTokens}
        about={(each) => (
          <>
            {each.scopes.map((scope) => wordFor(texts.actions, scope) ?? scope).join("; ")} · {texts.people.until}{" "}
            <When at90k={each.ends_90k} />
          </>
        )}
        removes={texts.people.removeToken}
        removesAbout={texts.people.removeTokenAbout}
        removed={texts.people.tokenRemoved}
        onRemove={async ({ id }) => {
          await remove("/api/self/tokens/{id}", { path: { id } });
          again();
        }}
      />
      {isMaking && <NewToken onClose={() => setIsMaking(false)} onMade={again} />}
    </Panel>
  );
}

function NewToken({ onClose, onMade }: { onClose: () => void; onMade: () => void }) {
  const { session } = useSession();
  const [name, setName] = useState("");
  const [days, setDays] = useState(String(USUAL_DAYS));
  const [scopes, setScopes] = useState<Action[]>([]);
  const [secret, setSecret] = useState<string | null>(null);
  const { busy, problem, run } = useChange();
  const add = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      const made = await post("/api/self/tokens", { body: { name: name.trim(), scopes, days: Number(days) } });
      setSecret(made.token);
      onMade();
    });
  };
  if (secret) return <ShownOnce secret={secret} onClose={onClose} />;
  const choices = (session?.may ?? [])
    .filter((each) => !NEVER.has(each))
    .map((each) => ({ value: each, label: wordFor(texts.actions, each) ?? each, about: <code>{each}</code> }));
  return (
    <Dialog title={texts.people.addToken} onClose={onClose}>
      <form className="stack" onSubmit={add}>
        <TextField
          label={texts.people.tokenName}
          hint={texts.people.tokenNameHint}
          required
          maxLength={60}
          pattern="[\p{L}\p{N}_ .\-]+"
          title={texts.people.tokenNameHint}
          value={name}
          onChange={setName}
        />
        <TextField
          label={texts.people.tokenDays}
          type="number"
          min={1}
          max={MAX_DAYS}
          required
          value={days}
          onChange={setDays}
        />
        <Checks label={texts.people.scopes} choices={choices} chosen={scopes} onChange={setScopes} />
        <ProblemNote problem={problem} />
        <div className="row">
          <Button kind="primary" type="submit" busy={busy} disabled={!scopes.length}>
            {texts.people.addToken}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function ShownOnce({ secret, onClose }: { secret: string; onClose: () => void }) {
  const toast = useToast();
  const copy = async () => {
    await navigator.clipboard.writeText(secret);
    toast(texts.people.copied);
  };
  return (
    <Dialog
      title={texts.people.tokenMade}
      onClose={onClose}
      actions={
        <>
          {window.isSecureContext && <Button onClick={copy}>{texts.people.copy}</Button>}
          <Button kind="primary" onClick={onClose}>
            {texts.people.copiedIt}
          </Button>
        </>
      }
    >
      <div className="stack">
        <Note tone="warn" icon="warn">
          {texts.people.tokenOnce}
        </Note>
        <code className="shown-once">{secret}</code>
        <p className="soft small">{texts.people.tokenUse}</p>
      </div>
    </Dialog>
  );
}
