/** The browsers in which I am told: this one, and others. */

import { useEffect, useState } from "react";
import { get, post, remove, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { isInstalled, useInstall } from "../app/installed";
import { inWords, texts } from "../texts";
import { Button, Note, Panel, ProblemNote, sentence, useToast, When } from "../ui";
import { Owned } from "./Owned";
import { canBeTold, ownKey, stopHere, tellHere } from "./push";

type Device = Schemas["DeviceShown"];

export function DevicesPanel() {
  const { answer, problem, again } = useAsked((signal) => get("/api/self/devices", { signal }), "devices");
  const [own, setOwn] = useState<string | null>(null);
  const { busy, problem: failed, run } = useChange();
  const [testing, setTesting] = useState(0);
  const toast = useToast();

  // biome-ignore lint/correctness/useExhaustiveDependencies: after each answer this browser may be among them
  useEffect(() => {
    ownKey().then(setOwn, () => setOwn(null));
  }, [answer]);

  const test = (device: Device) => {
    setTesting(device.id);
    run(async () => {
      try {
        await post("/api/self/devices/{id}/test", { path: { id: device.id } });
        toast(texts.people.deviceTested(device.name));
      } finally {
        again();
      }
    });
  };
  return (
    <Panel title={texts.people.devices} about={texts.people.devicesAbout}>
      <div className="stack">
        <ProblemNote problem={failed ?? problem} onAgain={again} />
        <Owned
          items={answer?.devices}
          none={texts.people.noDevices}
          about={(each) => <DeviceState device={each} isThis={each.key === own} />}
          more={(each) => (
            <Button
              busy={busy && testing === each.id}
              disabled={busy}
              aria-label={texts.settings.testThis(each.name)}
              onClick={() => test(each)}
            >
              {texts.settings.test}
            </Button>
          )}
          removes={texts.people.removeDevice}
          removesAbout={texts.people.removeDeviceAbout}
          removed={texts.people.deviceRemoved}
          onRemove={async ({ id, key }) => {
            await remove("/api/self/devices/{id}", { path: { id } });
            if (key === own) await stopHere();
            again();
          }}
        />
        {answer && <ThisDevice answer={answer} own={own} onAdded={again} />}
      </div>
    </Panel>
  );
}

function DeviceState({ device, isThis }: { device: Device; isThis: boolean }) {
  const { told_90k: told, error, said } = device;
  return (
    <>
      {isThis && `${texts.people.thisDevice} · `}
      {error && sentence(inWords(said, error))}
      {!error && told === null && texts.people.neverTold}
      {!error && told !== null && (
        <>
          {texts.people.lastTold} <When at90k={told} />
        </>
      )}
    </>
  );
}

type ThisProps = { answer: Schemas["DevicesShown"]; own: string | null; onAdded: () => void };

function ThisDevice({ answer: { public_key: publicKey, devices }, own, onAdded }: ThisProps) {
  const { busy, problem, run } = useChange();
  const [isDenied, setIsDenied] = useState(canBeTold() && Notification.permission === "denied");
  const install = useInstall();
  const toast = useToast();
  if (!publicKey) return <p className="soft small">{texts.people.noPush}</p>;
  const isTold = devices.some((each) => each.key === own);
  const tell = () =>
    run(async () => {
      const isAllowed = await tellHere(publicKey);
      setIsDenied(!isAllowed);
      if (!isAllowed) return;
      toast(texts.people.deviceAdded);
      onAdded();
    });
  return (
    <>
      <ProblemNote problem={problem} />
      {isDenied && (
        <Note tone="warn" icon="warn">
          {texts.people.deviceDenied}
        </Note>
      )}
      {!canBeTold() && (
        <Note tone="calm" icon="about">
          {window.isSecureContext ? texts.people.installFirst : texts.people.pushNeedsHttps}
        </Note>
      )}
      <div className="row">
        {canBeTold() && !isTold && (
          <Button kind="primary" icon="bell" busy={busy} onClick={tell}>
            {texts.people.tellHere}
          </Button>
        )}
        {install && (
          <Button icon="download" onClick={install}>
            {texts.people.install}
          </Button>
        )}
      </div>
      {!install && !isInstalled() && canBeTold() && <p className="soft small">{texts.people.installHow}</p>}
    </>
  );
}
