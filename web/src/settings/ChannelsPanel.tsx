/** The channels that messages go to, of the file and of the page: whether each works, a test of it; and the routes. */

import { useState } from "react";
import { get, post } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { useMay } from "../app/session";
import { inWords, texts, wordFor } from "../texts";
import { Badge, Button, type Column, Panel, ProblemNote, sentence, Table, useToast, When } from "../ui";
import { ChannelDialog } from "./ChannelDialog";
import type { Channel } from "./channel";
import { InFile, RoutesPanel } from "./RoutesPanel";

const EVERY_MS = 10_000;

export function ChannelsPanel() {
  const { answer, problem, again } = useAsked((signal) => get("/api/channels", { signal }), "channels", EVERY_MS);
  const routes = useAsked((signal) => get("/api/routes", { signal }), "routes", EVERY_MS);
  const change = useChange();
  const toast = useToast();
  const mayTest = useMay()("settings:change");
  const [testing, setTesting] = useState("");
  /** null: a new one; undefined: none is open. */
  const [open, setOpen] = useState<Channel | null | undefined>(undefined);
  const changed = () => {
    again();
    routes.again();
  };
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
    { key: "name", title: texts.settings.channel, cell: (each) => <ChannelName channel={each} /> },
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
      cell: (each) => (
        <div className="row channel-actions">
          {!each.is_overruled && (
            <Button
              busy={change.busy && testing === each.name}
              disabled={change.busy}
              aria-label={texts.settings.testThis(each.name)}
              onClick={() => test(each.name)}
            >
              {texts.settings.test}
            </Button>
          )}
          {!each.is_in_file && (
            <Button aria-label={texts.settings.channelForm.change(each.name)} onClick={() => setOpen(each)}>
              {texts.ui.change}
            </Button>
          )}
        </div>
      ),
    });
  }
  const names = [...new Set((answer ?? []).map((each) => each.name))];
  return (
    <>
      <Panel
        title={texts.settings.channels}
        about={texts.settings.channelsAbout}
        actions={
          mayTest && (
            <Button icon="plus" onClick={() => setOpen(null)}>
              {texts.settings.channelForm.add}
            </Button>
          )
        }
      >
        <div className="stack">
          <ProblemNote problem={change.problem ?? problem} />
          {answer?.length === 0 && <p className="soft">{texts.settings.noChannels}</p>}
          {answer && answer.length > 0 && (
            <Table
              caption={texts.settings.channels}
              columns={columns}
              rows={answer}
              keyOf={(each) => `${each.name} ${each.is_in_file}`}
            />
          )}
        </div>
        {open !== undefined && (
          <ChannelDialog
            channel={open}
            routes={routes.answer ?? []}
            onClose={() => setOpen(undefined)}
            onChanged={changed}
          />
        )}
      </Panel>
      {routes.answer && answer && <RoutesPanel routes={routes.answer} channels={names} onChanged={changed} />}
    </>
  );
}

function ChannelName({ channel }: { channel: Channel }) {
  return (
    <div className="stack-tight">
      <strong>{channel.name}</strong>
      {channel.is_in_file && <InFile />}
      {channel.address_shown && <div className="soft small">{channel.address_shown}</div>}
    </div>
  );
}

function ChannelState({ channel }: { channel: Channel }) {
  const { error, said, last_delivered_90k: last, waiting } = channel;
  if (channel.is_overruled) {
    return (
      <Badge tone="warn" icon="warn">
        {texts.settings.channelForm.overruled}
      </Badge>
    );
  }
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
