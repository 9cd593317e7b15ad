/** What is typed over settings and not saved yet, and saving it. */

import { useMemo, useState } from "react";
import { patch, type Schemas } from "../api/client";
import { useChange } from "../api/use";
import { draftOf, dropDraft, useDraft } from "../app/drafts";
import { texts } from "../texts";
import { useToast } from "../ui";

export type Setting = Schemas["Setting"];
export type Sections = Schemas["SettingsSection"][];
/** As typed, by key. */
type Typed = Record<string, string | boolean>;

export type Changes = {
  settingOf: (key: string) => Setting;
  /** As typed, else as it is. */
  textOf: (key: string) => string;
  isOn: (key: string) => boolean;
  type: (key: string, value: string | boolean) => void;
  isChanged: boolean;
  drop: () => void;
  save: () => void;
  /** The same; what goes wrong is thrown. */
  send: () => Promise<void>;
  busy: boolean;
  problem: Error | null;
};

/** draft: under which name it is kept while the user is elsewhere in the page. */
export function useChanges(draft: string, sections: Sections, onSaved: (sections: Sections) => void): Changes {
  const [typed, setTyped] = useState<Typed>(() => draftOf<Typed>(draft) ?? {});
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const byKey = useMemo(
    () => new Map(sections.flatMap((each) => each.settings).map((one) => [one.key, one])),
    [sections],
  );
  const settingOf = (key: string) => byKey.get(key) as Setting;
  const differing = Object.keys(typed).filter((key) => typed[key] !== shown(settingOf(key)));
  const isChanged = differing.length > 0;
  useDraft(
    draft,
    useMemo(() => (isChanged ? typed : null), [isChanged, typed]),
  );

  const drop = () => {
    dropDraft(draft);
    setTyped({});
  };
  const send = async () => {
    const values = Object.fromEntries(differing.map((key) => [key, sentOf(settingOf(key), typed[key] ?? "")]));
    onSaved(await patch("/api/settings", { body: { values } }));
    drop();
    toast(texts.settings.saved);
  };
  return {
    settingOf,
    textOf: (key) => String(typed[key] ?? shown(settingOf(key))),
    isOn: (key) => Boolean(typed[key] ?? settingOf(key).value),
    type: (key, value) => setTyped((before) => ({ ...before, [key]: value })),
    isChanged,
    drop,
    save: () => run(send),
    send,
    busy,
    problem,
  };
}

function shown(setting: Setting): string | boolean {
  return typeof setting.value === "boolean" ? setting.value : String(setting.value ?? "");
}

/** null: the default again. */
function sentOf(setting: Setting, typed: string | boolean): string | number | boolean | null {
  if (typeof typed === "boolean") return typed;
  return typeof setting.value === "number" ? Number(typed) : typed.trim() || null;
}
