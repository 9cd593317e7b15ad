/** The channels that messages go to: whether each works, and a test of it. They are set up in the file. */

import { useState } from "react";
import { get, post, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { useMay } from "../app/session";
import { inWords, texts, wordFor } from "../texts";
import { Badge, Button, type Column, Panel, ProblemNote, sentence, Table, useToast, When } from "../ui";

type Channel = Schemas["ChannelShown"];

const EVERY_MS = 10_000;

export function ChannelsPanel() {
  const { answer, problem, again } = useAsked((signal) => get("/api/channels", { signal }), "channels", EVERY_MS);
  const change = useChange();
  const toast = useToast();
  const mayTest = useMay()("settings:change");
  const [testing, setTesting] = useState("");
  const test = (name: string) => {
    setTesting(name);
    change.run(async () => {
      try {
        await post("/api/channels/{name}/test", { path: { name } });
        toast(texts.settings.testDelivered(name));
      } finally {
        again();
      }
    });
  };
  const columns: Column<Channel>[] = [
    { key: "name", title: texts.settings.channel, cell: (each) => <strong>{each.name}</strong> },
    {
      key: "kind",
      title: texts.settings.channelKind,
      cell: (each) => wordFor(texts.settings.channelKinds, each.kind) ?? each.kind,
    },
    { key: "state", title: texts.settings.channelState, cell: (each) => <ChannelState channel={each} /> },
  ];
  if (mayTest) {
    columns.push({
      key: "test",
      title: "",
      cell: ({ name }) => (
        <Button
          busy={change.busy && testing === name}
          disabled={change.busy}
          aria-label={texts.settings.testThis(name)}
          onClick={() => test(name)}
        >
          {texts.settings.test}
        </Button>
      ),
    });
  }
  return (
    <Panel title={texts.settings.channels} about={texts.settings.channelsAbout}>
      <div className="stack">
        <ProblemNote problem={change.problem ?? problem} />
        {answer?.length === 0 && <p className="soft">{texts.settings.noChannels}</p>}
        {answer && answer.length > 0 && (
          <Table caption={texts.settings.channels} columns={columns} rows={answer} keyOf={(each) => each.name} />
        )}
      </div>
    </Panel>
  );
}

function ChannelState({ channel }: { channel: Channel }) {
  const { error, said, last_delivered_90k: last, waiting } = channel;
  return (
    <div>
      {error && (
        <Badge tone="bad" icon="warn">
          {texts.settings.channelFails}
        </Badge>
      )}
      {!error && last !== null && (
        <Badge tone="good" icon="check">
          {texts.settings.channelWorks}
        </Badge>
      )}
      {!error && last === null && <span className="soft">{texts.settings.channelUnused}</span>}
      <div className="soft small">
        {error && <div>{sentence(inWords(said, error))}</div>}
        {waiting > 0 && <div>{texts.settings.channelWaiting(waiting)}</div>}
        {last !== null && (
          <div>
            {texts.settings.channelLast} <When at90k={last} />
          </div>
        )}
      </div>
    </div>
  );
}
