/** Looks for ONVIF cameras in the network, asks one for its streams, and takes over the address of the chosen one. */

import { useState } from "react";
import { post, type Schemas } from "../api/client";
import { useChange } from "../api/use";
import { inWords, texts } from "../texts";
import { Button, Dialog, Icon, ProblemNote, SecretField, sentence, TextField } from "../ui";
import { withLogin } from "./address";

type Device = Schemas["Device"];
type Stream = Schemas["Stream"];

/** onChoose: given an address with its log-in, and what the camera calls itself. */
type FindProps = { onChoose: (address: string, title: string) => void; onClose: () => void };

export function FindCameras({ onChoose, onClose }: FindProps) {
  const [devices, setDevices] = useState<Device[] | null>(null);
  const [asked, setAsked] = useState<Device | null>(null);
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
            <Button kind="quiet" onClick={() => setAsked({ host: "", name: "", hardware: "", location: "" })}>
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
        {asked && <AskStreams key={asked.host} device={asked} onChoose={onChoose} />}
      </div>
    </Dialog>
  );
}

function AskStreams({ device, onChoose }: { device: Device; onChoose: FindProps["onChoose"] }) {
  const [host, setHost] = useState(device.host);
  const [user, setUser] = useState("");
  const [password, setPassword] = useState("");
  const [told, setTold] = useState<Schemas["Streams"] | null>(null);
  const { busy, problem, run } = useChange();
  const askIt = () =>
    run(async () => {
      setTold(null);
      const body = { host: host.trim(), user: user || null, password: password || null, trust_any_certificate: false };
      setTold(await post("/api/cameras/streams", { body }));
    });
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
      {told && !told.works && <p role="alert">{told.reason && sentence(inWords(told.said, told.reason))}</p>}
      {told?.works && told.streams.length === 0 && <p>{texts.find.noStreams}</p>}
      {told?.works && (
        <ul className="found">
          {told.streams.map((each) => (
            <li key={`${each.name} ${each.address}`}>
              <button
                type="button"
                onClick={() => onChoose(withLogin(each.address, user, password), device.name || host)}
              >
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
