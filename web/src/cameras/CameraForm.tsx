/** Adds a camera, or changes one: where it is, a test picture of it, and how it is treated. */

import { type FormEvent, useMemo, useRef, useState } from "react";
import { Problem, post, put } from "../api/client";
import { useChange } from "../api/use";
import { draftOf, dropDraft, useDraft } from "../app/drafts";
import { goTo } from "../app/routes";
import { type Camera, titleOf } from "../camera/cameras";
import { texts } from "../texts";
import { Button, Note, PageHead, Panel, ProblemNote, useToast } from "../ui";
import { hostIn } from "./address";
import { FindCameras } from "./FindCameras";
import { changeOf, type Facts, factsOf, isTooLong, nameFrom, whereProblem, wholeAddress } from "./facts";
import { NameFields, PolicyFields } from "./PolicyFields";
import { TestPicture, useTrial } from "./TestPicture";
import { WhereFields } from "./WhereFields";

type FormProps = {
  /** null for a new one. */
  camera: Camera | null;
  /** The names of all that are there. */
  taken: readonly string[];
  onSaved: () => void;
};

export function CameraForm({ camera, taken, onSaved }: FormProps) {
  const draft = `camera ${camera?.name ?? ""}`;
  const [begun] = useState(() => draftOf<Facts>(draft));
  const [facts, setFacts] = useState<Facts>(begun ?? factsOf(camera));
  const [isFinding, setIsFinding] = useState(false);
  const [isLeft, setIsLeft] = useState(Boolean(begun?.address));
  const { busy, problem, run } = useChange();
  const trial = useTrial(facts);
  const where = useRef<HTMLInputElement>(null);
  const toast = useToast();
  const isSaved = useMemo(() => JSON.stringify(facts) === JSON.stringify(factsOf(camera)), [facts, camera]);
  useDraft(draft, isSaved ? null : facts);
  const set = (change: Partial<Facts>) => setFacts((before) => ({ ...before, ...change }));

  const host = hostIn(facts.address);
  const wrong = whereProblem(facts);
  /** Whether there is an address to go on with; else shows what to do about it. */
  const hasAddress = () => {
    setIsLeft(true);
    if (host) setIsFinding(true);
    else if (wrong) where.current?.focus();
    return !host && !wrong;
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (!hasAddress()) return;
    run(async () => {
      if (isTooLong(facts)) throw new Problem(0, texts.cameras.longNotSaid, texts.cameras.longNotSaidHint);
      const change = changeOf(facts);
      if (camera) await put("/api/cameras/{camera}", { path: { camera: camera.name }, body: change });
      else await post("/api/cameras", { body: { ...change, name: facts.name, address: wholeAddress(facts) } });
      toast(camera ? texts.cameras.changed(titleOf(camera)) : texts.cameras.added(facts.title || facts.name));
      dropDraft(draft);
      onSaved();
      goTo("#/cameras");
    });
  };
  const cancel = () => {
    dropDraft(draft);
    goTo("#/cameras");
  };

  return (
    <>
      <PageHead
        title={camera ? texts.cameras.change(titleOf(camera)) : texts.cameras.add}
        about={camera ? camera.address_shown : texts.cameras.addAbout}
      />
      {begun && !isSaved && (
        <div className="camera-begun">
          <Note tone="warn" icon="warn">
            {texts.cameras.begun}
          </Note>
        </div>
      )}
      <form className="camera-form" onSubmit={save}>
        <div className="camera-where">
          <Panel
            title={texts.cameras.where}
            actions={
              <Button icon="search" onClick={() => setIsFinding(true)}>
                {texts.find.title}
              </Button>
            }
          >
            <div className="stack">
              <WhereFields
                facts={facts}
                isNew={!camera}
                addressField={where}
                problem={isLeft ? wrong : null}
                set={set}
                onLeft={() => setIsLeft(true)}
                onTry={() => hasAddress() && trial.run()}
                isTrying={trial.busy}
              />
            </div>
          </Panel>
        </div>
        <div className="camera-side">
          <TestPicture trial={trial} />
        </div>
        <div className="camera-rest">
          <Panel title={texts.cameras.called}>
            <div className="stack">
              <NameFields facts={facts} taken={camera ? null : taken} set={set} />
            </div>
          </Panel>
          <Panel title={texts.cameras.treated}>
            <div className="stack">
              <PolicyFields facts={facts} set={set} />
            </div>
          </Panel>
          <ProblemNote problem={problem} />
          <div className="row">
            <Button kind="primary" type="submit" busy={busy}>
              {camera ? texts.cameras.save : texts.cameras.add}
            </Button>
            <Button onClick={cancel}>{texts.ui.cancel}</Button>
          </div>
        </div>
      </form>
      {isFinding && (
        <FindCameras
          host={host ?? ""}
          login={{ user: facts.user, password: facts.password }}
          onClose={() => setIsFinding(false)}
          onChoose={(address, login, title) => {
            const name = camera || facts.title ? {} : { title, name: nameFrom(title, "camera", taken) };
            set({ address, ...login, ...name });
            setIsFinding(false);
          }}
        />
      )}
    </>
  );
}
