/** Looks for ONVIF cameras in the network, asks one for its streams, and takes over the address of the chosen one. */

import { useEffect, useRef, useState } from "react";
import { post, type Schemas } from "../api/client";
import { useChange } from "../api/use";
import { inWords, texts } from "../texts";
import { Button, Dialog, Icon, ProblemNote, SecretField, sentence, TextField } from "../ui";
import type { Login } from "./address";

type Device = Schemas["Device"];
type Stream = Schemas["Stream"];

type FindProps = {
  /** A camera that is asked at once; empty: none. */
  host: string;
  login: Login;
  /** Given an address without log-in, the log-in, and what the camera calls itself. */
  onChoose: (address: string, login: Login, title: string) => void;
  onClose: () => void;
};

export function FindCameras({ host, login, onChoose, onClose }: FindProps) {
  const [devices, setDevices] = useState<Device[] | null>(null);
  const [asked, setAsked] = useState<Device | null>(host ? named(host) : null);
  const { busy, problem, run } = useChange();
  const find = () => run(async () => setDevices(await post("/api/cameras/find")));
  return (
    <Dialog title={texts.find.title} onClose={onClose} isWide>
      <div className="stack">
        <p className="soft">{texts.find.about}</p>
        <div className="row">
          <Button icon="search" busy={busy} onClick={find}>
            {devices ? texts.find.again : texts.find.find}
          </Button>
          {!asked && (
            <Button kind="quiet" onClick={() => setAsked(named(""))}>
              {texts.find.byHost}
            </Button>
          )}
        </div>
        <ProblemNote problem={problem} />
        {devices?.length === 0 && <p>{texts.find.nothing}</p>}
        {devices && devices.length > 0 && (
          <ul className="found">
            {devices.map((each) => (
              <li key={each.host}>
                <button type="button" aria-pressed={each.host === asked?.host} onClick={() => setAsked(each)}>
                  <Icon name="cameras" />
                  <strong>{each.name || each.host}</strong>
                  <span className="soft small">
                    {[each.host, each.hardware, each.location].filter(Boolean).join(" · ")}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        )}
        {asked && (
          <AskStreams
            key={asked.host}
            device={asked}
            login={login}
            isAsked={asked.host !== "" && asked.host === host}
            onChoose={onChoose}
          />
        )}
      </div>
    </Dialog>
  );
}

/** A camera of which nothing else is known. */
function named(host: string): Device {
  return { host, name: "", hardware: "", location: "" };
}

type AskProps = { device: Device; login: Login; isAsked: boolean; onChoose: FindProps["onChoose"] };

/** isAsked: at once, without pressing anything. */
function AskStreams({ device, login, isAsked, onChoose }: AskProps) {
  const [host, setHost] = useState(device.host);
  const [user, setUser] = useState(login.user);
  const [password, setPassword] = useState(login.password);
  const [answer, setAnswer] = useState<Schemas["Streams"] | null>(null);
  const { busy, problem, run } = useChange();
  const askIt = () =>
    run(async () => {
      setAnswer(null);
      const body = { host: host.trim(), user: user || null, password: password || null, trust_any_certificate: false };
      setAnswer(await post("/api/cameras/streams", { body }));
    });
  const first = useRef(isAsked ? askIt : null);
  useEffect(() => {
    first.current?.();
    first.current = null;
  }, []);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        askIt();
      }}
    >
      {device.host ? (
        <h3>{texts.find.streamsOf(device.name || device.host)}</h3>
      ) : (
        <TextField
          label={texts.find.host}
          hint={texts.find.hostHint}
          required
          autoCapitalize="none"
          value={host}
          onChange={setHost}
        />
      )}
      <div className="camera-pair">
        <TextField label={texts.find.user} autoComplete="off" autoCapitalize="none" value={user} onChange={setUser} />
        <SecretField label={texts.signIn.password} value={password} onChange={setPassword} />
      </div>
      <div className="row">
        <Button type="submit" busy={busy}>
          {texts.find.ask}
        </Button>
      </div>
      <ProblemNote problem={problem} />
      {answer && !answer.works && <p role="alert">{answer.reason && sentence(inWords(answer.said, answer.reason))}</p>}
      {answer?.works && answer.streams.length === 0 && <p>{texts.find.noStreams}</p>}
      {answer?.works && (
        <ul className="found">
          {answer.streams.map((each) => (
            <li key={`${each.name} ${each.address}`}>
              <button type="button" onClick={() => onChoose(each.address, { user, password }, device.name || host)}>
                <Icon name="live" />
                <strong>{each.name}</strong>
                <span className="soft small">{figuresOf(each)}</span>
                <code className="soft small">{each.address}</code>
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}

function figuresOf(stream: Stream): string {
  const size = stream.width && stream.height ? `${stream.width} × ${stream.height}` : null;
  const rate = stream.fps ? texts.cameras.perSecond(stream.fps) : null;
  const elsewhere = stream.was_elsewhere ? texts.find.wasElsewhere : null;
  return [size, stream.codec, rate, elsewhere].filter(Boolean).join(" · ");
}
