/** Which records are asked for. They are in the page's address, so that a link shows the same. */

import { get } from "../api/client";
import { useAsked } from "../api/use";
import { texts, wordFor } from "../texts";
import { Button, Select, TextField } from "../ui";
import type { Titles } from "./AuditPart";

/** As the choice "anybody" has it: an empty name is somebody who was not signed in. */
const ANY = "*";

type FilterProps = {
  wanted: Record<string, string>;
  titles: Titles;
  set: (name: string, value: string | null) => void;
};

export function AuditFilter({ wanted, titles, set }: FilterProps) {
  const users = useAsked((signal) => get("/api/users", { signal }), "users");
  const any = { value: ANY, label: texts.people.any };
  const choose = (name: string) => (value: string) => set(name, value === ANY ? null : value);
  const names = withChosen(users.answer?.map((each) => each.name) ?? [], wanted.who);
  const kinds = withChosen(Object.keys(texts.noted), wanted.what);
  const seen = withChosen([...titles.keys()], wanted.camera);
  return (
    <div className="audit-filter">
      <Select
        label={texts.people.who}
        value={wanted.who ?? ANY}
        choices={[
          any,
          { value: "", label: texts.people.nobody },
          ...names.map((each) => ({ value: each, label: each })),
        ]}
        onChange={choose("who")}
      />
      <Select
        label={texts.people.what}
        value={wanted.what ?? ANY}
        choices={[any, ...kinds.map((each) => ({ value: each, label: wordFor(texts.noted, each) ?? each }))]}
        onChange={choose("what")}
      />
      <Select
        label={texts.cameras.camera}
        value={wanted.camera ?? ANY}
        choices={[any, ...seen.map((each) => ({ value: each, label: titles.get(each) ?? each }))]}
        onChange={choose("camera")}
      />
      <TextField
        label={texts.people.from}
        type="datetime-local"
        value={wanted.from ?? ""}
        onChange={(value) => set("from", value || null)}
      />
      <TextField
        label={texts.people.to}
        type="datetime-local"
        value={wanted.to ?? ""}
        onChange={(value) => set("to", value || null)}
      />
      <Button
        kind="quiet"
        icon="cross"
        disabled={Object.keys(wanted).length === 0}
        onClick={() => {
          location.hash = "#/people/audit";
        }}
      >
        {texts.people.clear}
      </Button>
    </div>
  );
}

/** What is chosen stays a choice, also when it is not there any more: a camera that was removed. */
function withChosen(names: string[], chosen: string | undefined): string[] {
  return chosen && !names.includes(chosen) ? [...names, chosen] : names;
}
