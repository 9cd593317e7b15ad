/** Adds a route, changes one of the page, or removes it. */

import { type FormEvent, useId, useState } from "react";
import { get, Problem, post, put, remove, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { type Camera, titleOf } from "../camera/cameras";
import { WhenFields } from "../rules/WhenFields";
import { texts } from "../texts";
import { Check, Checks, Confirm, Dialog, Note, ProblemNote, Select, sentence, TextField, useToast } from "../ui";
import { FormActions } from "./FormActions";
import { type Facts, factsOf, keysOf, type Route, SEVERITIES } from "./route";
import "../rules/rules.css";

const words = texts.settings.routeForm;

type DialogProps = {
  route: Route | null;
  /** There is no other: with it, what it does not name gets nothing any more. */
  isFirst: boolean;
  channels: readonly string[];
  onClose: () => void;
  onChanged: () => void;
};

/** route: null for a new one. */
export function RouteDialog({ route, isFirst, channels, onClose, onChanged }: DialogProps) {
  const [facts, setFacts] = useState<Facts>(() => factsOf(route));
  const [isRemoving, setIsRemoving] = useState(false);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const form = useId();
  const set = (change: Partial<Facts>) => setFacts((before) => ({ ...before, ...change }));
  const done = (says: string) => {
    toast(says);
    onChanged();
    onClose();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    run(async () => {
      if (facts.channels.length === 0) throw new Problem(0, words.noChannel);
      if (facts.escalates && facts.escalateTo.length === 0) throw new Problem(0, words.noEscalation);
      const body = { route: keysOf(facts) };
      if (route?.id != null) await put("/api/routes/{id}", { path: { id: route.id }, body });
      else await post("/api/routes", { body });
      done(route ? words.changed : words.added);
    });
  };

  if (route?.id != null && isRemoving) {
    const { id } = route;
    return (
      <Confirm
        title={words.removeTitle}
        does={words.remove}
        onClose={() => setIsRemoving(false)}
        onConfirm={async () => {
          await remove("/api/routes/{id}", { path: { id } });
          done(words.removed);
        }}
      >
        <p>{words.removeAbout}</p>
      </Confirm>
    );
  }
  const known = [...new Set([...channels, ...facts.channels, ...facts.escalateTo])];
  const choices = known.map((each) => ({ value: each, label: each }));
  return (
    <Dialog
      title={route ? words.change : words.add}
      onClose={onClose}
      isWide
      actions={
        <FormActions
          form={form}
          save={route ? texts.cameras.save : words.add}
          busy={busy}
          onClose={onClose}
          remove={route && { word: words.remove, onClick: () => setIsRemoving(true) }}
        />
      }
    >
      <form id={form} className="stack" onSubmit={save}>
        {!route && isFirst && (
          <Note tone="warn" icon="warn">
            {words.first}
          </Note>
        )}
        <Checks
          label={words.channels}
          choices={choices}
          chosen={facts.channels}
          onChange={(chosen) => set({ channels: chosen })}
        />
        <About facts={facts} set={set} />
        <WhenFields entries={facts.when} onChange={(when) => set({ when })} />
        <WhenFields entries={facts.quiet} onChange={(quiet) => set({ quiet })} about={words.quiet} />
        <HowOften facts={facts} set={set} />
        <Check
          label={words.escalate}
          hint={words.escalateHint}
          checked={facts.escalates}
          onChange={(escalates) => set({ escalates })}
        />
        {facts.escalates && (
          <>
            <TextField
              label={words.escalateAfter}
              inputMode="decimal"
              type="number"
              min={1 / 60}
              max={10_080}
              step="any"
              required
              value={facts.escalateAfter}
              onChange={(escalateAfter) => set({ escalateAfter })}
            />
            <Checks
              label={words.escalateTo}
              choices={choices}
              chosen={facts.escalateTo}
              onChange={(escalateTo) => set({ escalateTo })}
            />
          </>
        )}
        <ProblemNote problem={problem && new Problem(problem.status, sentence(problem.message), problem.hint)} />
      </form>
    </Dialog>
  );
}

type PartProps = { facts: Facts; set: (change: Partial<Facts>) => void };

function About({ facts, set }: PartProps) {
  const cameras = useAsked((signal) => get("/api/cameras", { signal }), "cameras").answer;
  const groups = useAsked((signal) => get("/api/groups", { signal }), "groups").answer;
  const rules = useAsked((signal) => get("/api/rules", { signal }), "rules").answer;
  return (
    <>
      <Select
        label={words.severity}
        value={facts.severity}
        choices={SEVERITIES.map((each) => ({ value: each, label: words.from[each] }))}
        onChange={(severity) => set({ severity })}
      />
      <Only
        label={words.cameras}
        hint={words.camerasHint}
        choices={cameras?.map((each) => ({ value: each.name, label: titleOf(each) }))}
        chosen={facts.cameras}
        onChange={(chosen) => set({ cameras: chosen })}
      />
      <Only
        label={words.groups}
        choices={groups?.map((each) => ({ value: each.name, label: each.title || each.name }))}
        chosen={facts.groups}
        onChange={(chosen) => set({ groups: chosen })}
      />
      <Only
        label={words.rules}
        hint={words.rulesHint}
        choices={rules && byName(rules, cameras ?? [])}
        chosen={facts.rules}
        onChange={(chosen) => set({ rules: chosen })}
      />
    </>
  );
}

type Named = { value: string; label: string; about?: string };
type OnlyProps = {
  label: string;
  hint?: string;
  /** undefined: not known yet. */
  choices: Named[] | undefined;
  chosen: string[];
  onChange: (chosen: string[]) => void;
};

/** Also what was chosen and does not exist any more: it can be taken out. */
function Only({ choices, chosen, ...rest }: OnlyProps) {
  const [atFirst] = useState(chosen); // what is taken out can be put back until this is closed
  const gone = atFirst.filter((each) => !choices?.some((one) => one.value === each));
  const all = [...gone.map((each) => ({ value: each, label: each, about: choices && words.gone })), ...(choices ?? [])];
  return all.length > 0 && <Checks choices={all} chosen={chosen} {...rest} />;
}

/** One for each name, which rules of several cameras may have. */
function byName(rules: readonly Schemas["RuleNamed"][], cameras: readonly Camera[]): Named[] {
  const titles = new Map(cameras.map((each) => [each.name, titleOf(each)]));
  const found = new Map<string, string[]>();
  for (const { name, camera } of rules) found.set(name, [...(found.get(name) ?? []), titles.get(camera) ?? camera]);
  return [...found].map(([name, where]) => ({ value: name, label: name, about: where.join(", ") }));
}

function HowOften({ facts, set }: PartProps) {
  return (
    <>
      <TextField
        label={words.coolDown}
        hint={words.coolDownHint}
        type="number"
        min={0}
        max={10_080}
        step="any"
        required
        value={facts.coolDown}
        onChange={(coolDown) => set({ coolDown })}
      />
      <TextField
        label={words.digestAfter}
        hint={words.digestAfterHint}
        type="number"
        min={1}
        max={1000}
        step={1}
        required
        value={facts.digestAfter}
        onChange={(digestAfter) => set({ digestAfter })}
      />
    </>
  );
}
