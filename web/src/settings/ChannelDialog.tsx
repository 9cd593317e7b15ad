/** Adds a channel, changes one of the page, or removes it: only what its kind needs. */

import { type FormEvent, useId, useState } from "react";
import { Problem, post, put, remove } from "../api/client";
import { useChange } from "../api/use";
import { LANGUAGE_CHOICES } from "../app/LanguageChoice";
import { texts } from "../texts";
import {
  Button,
  Check,
  Confirm,
  Dialog,
  ProblemNote,
  SecretField,
  Select,
  sentence,
  TextArea,
  TextField,
  useToast,
} from "../ui";
import {
  addressTyped,
  type Channel,
  type Facts,
  factsOf,
  hasAddress,
  hasCertificate,
  hasLogin,
  isLoginAlone,
  KINDS,
  keysOf,
  newSecret,
  SHORTEST_SECRET,
} from "./channel";
import { FormActions } from "./FormActions";
import type { Route } from "./route";

const words = texts.settings.channelForm;
const LANGUAGES = [{ value: "auto" as const, label: words.languageAuto }, ...LANGUAGE_CHOICES];
const NAME_PATTERN = "[A-Za-z0-9_\\-]{1,64}";
/** The fields that say themselves what is wrong with them. */
const SAID_THERE = ["name", "address", "secret", "sender", "to", "topic", "discovery", "still_hours"];

type DialogProps = {
  channel: Channel | null;
  /** Those of the page and of the file. */
  routes: readonly Route[];
  onClose: () => void;
  onChanged: () => void;
};

/** channel: null for a new one. */
export function ChannelDialog({ channel, routes, onClose, onChanged }: DialogProps) {
  const [facts, setFacts] = useState<Facts>(() => factsOf(channel));
  const [isRemoving, setIsRemoving] = useState(false);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const form = useId();
  const set = (change: Partial<Facts>) => setFacts((before) => ({ ...before, ...change }));
  const wrong = (field: string) => (problem?.field === field ? said(problem.message, problem.hint) : null);
  const done = (says: string) => {
    toast(says);
    onChanged();
    onClose();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      if (isLoginAlone(facts)) throw new Problem(0, words.loginAlone, null, "address");
      const body = { channel: keysOf(facts) };
      if (channel) await put("/api/channels/{name}", { path: { name: channel.name }, body });
      else await post("/api/channels", { body });
      done(channel ? words.changed(facts.name) : words.added(facts.name));
    });
  };

  if (channel && isRemoving) {
    return <Removal channel={channel} routes={routes} onClose={() => setIsRemoving(false)} onRemoved={done} />;
  }
  return (
    <Dialog
      title={channel ? words.change(channel.name) : words.add}
      onClose={onClose}
      isWide
      actions={
        <FormActions
          form={form}
          save={channel ? texts.cameras.save : words.add}
          busy={busy}
          onClose={onClose}
          remove={channel && { word: words.remove, onClick: () => setIsRemoving(true) }}
        />
      }
    >
      <form id={form} className="stack" onSubmit={save}>
        {!channel && (
          <>
            <Select
              label={texts.settings.channelKind}
              hint={words.kindAbout[facts.kind]}
              value={facts.kind}
              choices={KINDS.map((each) => ({ value: each, label: texts.settings.channelKinds[each] }))}
              onChange={(kind) => set({ kind, address: "" })}
            />
            <TextField
              label={texts.settings.channel}
              hint={words.nameHint}
              problem={wrong("name")}
              required
              pattern={NAME_PATTERN}
              title={words.nameHint}
              maxLength={64}
              autoComplete="off"
              autoCapitalize="none"
              value={facts.name}
              onChange={(name) => set({ name })}
            />
          </>
        )}
        <Where channel={channel} facts={facts} set={set} wrong={wrong} />
        <Whom facts={facts} set={set} wrong={wrong} />
        <What facts={facts} set={set} wrong={wrong} />
        <ProblemNote problem={problem && SAID_THERE.includes(problem.field ?? "") ? null : problem} />
      </form>
    </Dialog>
  );
}

type PartProps = { facts: Facts; set: (change: Partial<Facts>) => void; wrong: (field: string) => string | null };

function Where({ channel, facts, set, wrong }: PartProps & { channel: Channel | null }) {
  const { kind } = facts;
  if (!hasAddress(kind)) return null;
  const kept = channel?.address_shown ? words.addressKept(channel.address_shown) : words.addressKeptUnknown;
  const address = {
    label: words.address[kind as keyof typeof words.address],
    hint: channel ? kept : words.addressHint[kind as keyof typeof words.addressHint],
    problem: wrong("address"),
    required: !channel,
    maxLength: 1000,
    placeholder: channel ? texts.cameras.unchanged : "",
    value: facts.address,
  };
  return (
    <>
      {kind === "apprise" ? (
        <SecretField {...address} onChange={(typed) => set({ address: typed })} />
      ) : (
        <TextField
          {...address}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          onChange={(typed) => set(addressTyped(facts, typed))}
          onBlur={() => set(addressTyped(facts, facts.address, true))}
        />
      )}
      {hasLogin(kind) && (
        <div className="channel-pair">
          <TextField
            label={words.user}
            maxLength={200}
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={facts.user}
            onChange={(user) => set({ user })}
          />
          <SecretField
            label={words.password}
            hint={channel ? words.passwordKept : undefined}
            maxLength={500}
            value={facts.password}
            onChange={(password) => set({ password })}
          />
        </div>
      )}
      {kind === "webhook" && (
        <>
          <SecretField
            label={words.secret}
            hint={channel ? words.secretKept : words.secretHint(SHORTEST_SECRET)}
            problem={wrong("secret")}
            required={!channel}
            minLength={SHORTEST_SECRET}
            maxLength={500}
            value={facts.secret}
            onChange={(secret) => set({ secret })}
          />
          <div className="row">
            <Button icon="plus" onClick={() => set({ secret: newSecret() })}>
              {words.secretNew}
            </Button>
          </div>
        </>
      )}
      {hasCertificate(kind) && (
        <Check
          label={texts.cameras.trustAny}
          hint={words.trustAnyHint}
          checked={facts.trustAny}
          onChange={(trustAny) => set({ trustAny })}
        />
      )}
    </>
  );
}

function Whom({ facts, set, wrong }: PartProps) {
  const { kind } = facts;
  if (kind === "mqtt") {
    return (
      <>
        <TextField
          label={words.topic}
          hint={words.topicHint}
          problem={wrong("topic")}
          required
          maxLength={100}
          value={facts.topic}
          onChange={(topic) => set({ topic })}
        />
        <TextField
          label={words.discovery}
          hint={words.discoveryHint}
          problem={wrong("discovery")}
          maxLength={100}
          value={facts.discovery}
          onChange={(discovery) => set({ discovery })}
        />
        <Check
          label={words.switches}
          hint={words.switchesHint}
          checked={facts.switches}
          onChange={(switches) => set({ switches })}
        />
      </>
    );
  }
  if (kind !== "email" && kind !== "push") return null;
  return (
    <>
      <TextField
        label={words.sender[kind]}
        hint={words.senderHint[kind]}
        problem={wrong("sender")}
        type="email"
        required={kind === "email"}
        maxLength={254}
        autoComplete="off"
        value={facts.sender}
        onChange={(sender) => set({ sender })}
      />
      <TextArea
        label={words.to[kind]}
        hint={words.toHint[kind]}
        problem={wrong("to")}
        required={kind === "email"}
        rows={3}
        spellCheck={false}
        value={facts.to}
        onChange={(to) => set({ to })}
      />
    </>
  );
}

function What({ facts, set, wrong }: PartProps) {
  return (
    <>
      <Select
        label={texts.settings.language}
        hint={words.languageHint}
        value={facts.language}
        choices={LANGUAGES}
        onChange={(language) => set({ language })}
      />
      <Check
        label={words.stills}
        hint={words.stillsHint}
        checked={facts.stills}
        onChange={(stills) => set({ stills })}
      />
      {facts.stills && (
        <TextField
          label={words.stillHours}
          hint={words.stillHoursHint}
          problem={wrong("still_hours")}
          type="number"
          min={0.25}
          max={168}
          step="any"
          required
          value={facts.stillHours}
          onChange={(stillHours) => set({ stillHours })}
        />
      )}
    </>
  );
}

type RemovalProps = {
  channel: Channel;
  routes: readonly Route[];
  onClose: () => void;
  onRemoved: (says: string) => void;
};

/** With what depends on it: routes that name it, and those that name no other. */
function Removal({ channel, routes, onClose, onRemoved }: RemovalProps) {
  const { name } = channel;
  const naming = channel.is_overruled
    ? []
    : routes.filter(
        ({ id, route }) => id !== null && (route.channels.includes(name) || route.escalate_to?.includes(name)),
      );
  const alone = naming.filter(({ route }) => route.channels.every((each) => each === name));
  return (
    <Confirm
      title={words.removeTitle(name)}
      does={words.remove}
      onClose={onClose}
      onConfirm={async () => {
        await remove("/api/channels/{name}", { path: { name } });
        onRemoved(words.removed(name));
      }}
    >
      <p>{channel.is_overruled ? words.removeOverruled : words.removeAbout}</p>
      {naming.length > 0 && <p>{words.removeRoutes(naming.length, alone.length)}</p>}
    </Confirm>
  );
}

function said(message: string, hint: string | null): string {
  return hint ? `${sentence(message)} ${sentence(hint)}` : sentence(message);
}
