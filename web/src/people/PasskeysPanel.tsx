/** My passkeys: adding one with this device, and removing them. */

import { type FormEvent, useState } from "react";
import { get, post, remove } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { answerOf, canUsePasskeys } from "../sign-in/passkey";
import { texts } from "../texts";
import { Button, Note, Panel, ProblemNote, TextField, useToast, When } from "../ui";
import { Owned } from "./Owned";

export function PasskeysPanel() {
  const { answer, problem, again } = useAsked((signal) => get("/api/self/passkeys", { signal }), "passkeys");
  return (
    <Panel title={texts.people.passkeys} about={texts.people.passkeysAbout}>
      <div className="stack">
        <ProblemNote problem={problem} onAgain={again} />
        <Owned
          items={answer}
          none={texts.people.noPasskeys}
          about={(each) => (
            <>
              {texts.people.since} <When at90k={each.created_90k} />
            </>
          )}
          removes={texts.people.removePasskey}
          removesAbout={texts.people.removePasskeyAbout}
          removed={texts.people.passkeyRemoved}
          onRemove={async ({ id }) => {
            await remove("/api/self/passkeys/{id}", { path: { id } });
            again();
          }}
        />
        {canUsePasskeys() ? (
          <NewPasskey onAdded={again} />
        ) : (
          <Note tone="calm" icon="about">
            {texts.people.passkeysNeedHttps}
          </Note>
        )}
      </div>
    </Panel>
  );
}

function NewPasskey({ onAdded }: { onAdded: () => void }) {
  const [name, setName] = useState("");
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const add = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      const { asked, options } = await post("/api/self/passkeys/options");
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(
        options as unknown as PublicKeyCredentialCreationOptionsJSON,
      );
      const credential = await answerOf(navigator.credentials.create({ publicKey }));
      if (!credential) return;
      await post("/api/self/passkeys", { body: { asked, credential, name: name.trim() } });
      toast(texts.people.passkeyAdded(name.trim()));
      setName("");
      onAdded();
    });
  };
  return (
    <form className="stack" onSubmit={add}>
      <TextField
        label={texts.people.passkeyName}
        hint={texts.people.passkeyNameHint}
        required
        maxLength={64}
        value={name}
        onChange={setName}
      />
      <ProblemNote problem={problem} />
      <div className="row">
        <Button type="submit" icon="key" busy={busy} disabled={!name.trim()}>
          {texts.people.addPasskey}
        </Button>
      </div>
    </form>
  );
}
