/** Which events are listed. It is in the page's address, so that a link shows the same. */

import { useState } from "react";
import type { Schemas } from "../api/client";
import { goTo, hashOf } from "../app/routes";
import { texts } from "../texts";
import { Button, Segmented, Select, TextField } from "../ui";
import { type Event, kindOf, ruleOf, STATES } from "./facts";
import { isToDo, type Wanted } from "./useLog";

type FilterProps = {
  wanted: Wanted;
  titles: ReadonlyMap<string, string>;
  rules: readonly Schemas["RulePrecision"][];
  events: readonly Event[];
};

export function EventFilter({ wanted, titles, rules, events }: FilterProps) {
  const set = (name: string, value: string | null) => {
    const { [name]: _, ...rest } = wanted;
    goTo(hashOf(["events"], value ? { ...rest, [name]: value } : rest), true);
  };
  const named = new Map([
    ...rules.map((each) => [each.rule, each.rule] as const),
    ...events.map((each) => [each.rule, ruleOf(each)] as const),
  ]);
  const isFiltered = Object.keys(wanted).some((each) => each !== "all");
  // On a telephone the events are more use than the ways to choose among them.
  const [isOpen, setIsOpen] = useState(isFiltered);
  const any = { value: "", label: texts.events.any };
  const select = (name: string, label: string, choices: readonly { value: string; label: string }[]) => (
    <Select
      label={label}
      value={wanted[name] ?? ""}
      choices={[any, ...withChosen(choices, wanted[name])]}
      onChange={(value) => set(name, value)}
    />
  );
  return (
    <div className="event-filter">
      <div className="row">
        <Segmented
          label={texts.events.which}
          value={isToDo(wanted) ? "todo" : "all"}
          choices={[
            { value: "todo", label: texts.events.todo },
            { value: "all", label: texts.events.all },
          ]}
          onChange={(which) => {
            const { all: _, state: __, ...rest } = wanted;
            goTo(hashOf(["events"], which === "all" ? { ...rest, all: "1" } : rest), true);
          }}
        />
        <Button
          kind={isFiltered ? "primary" : "plain"}
          icon="settings"
          aria-expanded={isOpen}
          aria-controls="event-filters"
          onClick={() => setIsOpen(!isOpen)}
        >
          {texts.events.filters}
        </Button>
      </div>
      <div id="event-filters" className={isOpen ? "event-filters is-open" : "event-filters"}>
        {select(
          "camera",
          texts.events.camera,
          [...titles].map(([value, label]) => ({ value, label })),
        )}
        {select(
          "kind",
          texts.events.kind,
          Object.keys(texts.events.kinds).map((value) => ({ value, label: kindOf(value) })),
        )}
        {select(
          "rule",
          texts.events.rule,
          [...named].sort().map(([value, label]) => ({ value, label })),
        )}
        {select(
          "state",
          texts.events.state,
          STATES.map((value) => ({ value, label: texts.events.states[value] })),
        )}
        <TextField
          label={texts.events.day}
          type="date"
          value={wanted.day ?? ""}
          onChange={(value) => set("day", value)}
        />
        {isFiltered && (
          <Button
            kind="quiet"
            icon="cross"
            onClick={() => goTo(hashOf(["events"], wanted.all ? { all: "1" } : {}), true)}
          >
            {texts.events.clear}
          </Button>
        )}
      </div>
    </div>
  );
}

/** What is chosen stays a choice, also when it is not there any more. */
function withChosen(choices: readonly { value: string; label: string }[], chosen: string | undefined) {
  const isThere = !chosen || choices.some((each) => each.value === chosen);
  return isThere ? choices : [...choices, { value: chosen, label: chosen }];
}
