/** What a camera sends, tried before it is added: a redacted picture and figures, or in words why there is none. */

import { useState } from "react";
import { type Problem, post, type Schemas } from "../api/client";
import { useChange } from "../api/use";
import { inWords, texts } from "../texts";
import { Facts as FactList, Icon, Note, Panel, ProblemNote, sentence } from "../ui";
import { type Facts, wholeAddress } from "./facts";

type Trial = {
  /** null: not tried, or what is typed has changed since. */
  done: Schemas["Trial"] | null;
  busy: boolean;
  problem: Problem | null;
  run: () => void;
};

export function useTrial(facts: Facts): Trial {
  const [kept, setKept] = useState<{ of: string; done: Schemas["Trial"] } | null>(null);
  const { busy, problem, run } = useChange();
  const body = {
    address: wholeAddress(facts),
    transport: facts.transport,
    trust_any_certificate: facts.trustAny,
  };
  const of = JSON.stringify(body);
  return {
    done: kept?.of === of ? kept.done : null,
    busy,
    problem,
    run: () =>
      run(async () => {
        setKept(null);
        setKept({ of, done: await post("/api/cameras/try", { body }) });
      }),
  };
}

export function TestPicture({ trial }: { trial: Trial }) {
  const { done } = trial;
  return (
    <Panel title={texts.cameras.testPicture}>
      <div className="stack">
        <div className="test-picture" aria-live="polite">
          {done?.still_jpeg ? (
            <img src={`data:image/jpeg;base64,${done.still_jpeg}`} alt={texts.cameras.testPictureOf} />
          ) : (
            <Waiting trial={trial} />
          )}
        </div>
        <ProblemNote problem={trial.problem} />
        {done?.works && <Figures done={done} />}
      </div>
    </Panel>
  );
}

function Waiting({ trial }: { trial: Trial }) {
  if (trial.busy) {
    return (
      <p className="row">
        <span className="spinner" />
        {texts.cameras.trying}
      </p>
    );
  }
  if (trial.done?.reason) {
    return (
      <>
        <Icon name="nothing" size={32} />
        <strong>{texts.cameras.noPicture}</strong>
        <p>{sentence(inWords(trial.done.said, trial.done.reason))}</p>
      </>
    );
  }
  return <p>{texts.cameras.notTried}</p>;
}

function Figures({ done }: { done: Schemas["Trial"] }) {
  const { width, height, codec, fps } = done;
  return (
    <>
      <FactList
        facts={[
          { name: texts.cameras.size, value: width && height ? `${width} × ${height}` : texts.cameras.unknown },
          { name: texts.cameras.codec, value: codec ?? texts.cameras.notCoded },
          { name: texts.cameras.rate, value: fps ? texts.cameras.perSecond(fps) : texts.cameras.unknown },
        ]}
      />
      <Note tone="calm" icon="cover">
        {done.covered
          ? texts.cameras.allCovered(sentence(inWords(done.covered_said, done.covered)))
          : texts.cameras.testCovered}
      </Note>
    </>
  );
}
