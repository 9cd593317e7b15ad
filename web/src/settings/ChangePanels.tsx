/** The settings that are changed here: what people are told, and how long recordings are kept. */

import { type FormEvent, type ReactNode, useState } from "react";
import { LANGUAGE_CHOICES } from "../app/LanguageChoice";
import { useMay } from "../app/session";
import { hoursProblem, LONG_HOURS } from "../camera/hours";
import { texts } from "../texts";
import { Button, Check, Confirm, Note, Panel, ProblemNote, Select, sentence, TextArea, TextField } from "../ui";
import { type Changes, type Sections, useChanges } from "./useChanges";

type ChangeProps = { sections: Sections; onSaved: (sections: Sections) => void };

const KEEP = "storage.keep_hours";
const LONG = "storage.more_than_30_days";
const PUBLIC = ["about.title", "about.operator", "about.contact", "about.purpose"] as const;

const LANGUAGE = "about.language";

/** The keys that these panels show. */
export const CHANGED_HERE: readonly string[] = [KEEP, LONG, ...PUBLIC, LANGUAGE];

/** Those of the API; its own letters for that of the browser. */
const USUAL_LANGUAGES = [{ value: "auto", label: texts.settings.ofBrowser }, ...LANGUAGE_CHOICES];

export function PublicPanel({ sections, onSaved }: ChangeProps) {
  const changes = useChanges("settings about", sections, onSaved);
  const mayChange = useMay()("settings:change");
  const fields = PUBLIC.map((key) => {
    const { label, hint } = texts.settings.public[key];
    const setting = changes.settingOf(key);
    const value = changes.textOf(key);
    const most = setting.max_length ?? value.length;
    return {
      key,
      label,
      hint: setting.is_in_file ? texts.settings.inFile : hint,
      readOnly: !mayChange || !setting.is_changeable,
      problem: value.length > most ? texts.settings.tooLong(most, value.length) : null,
      value,
      onChange: (typed: string) => changes.type(key, typed),
    };
  });
  const language = changes.settingOf(LANGUAGE);
  return (
    <Panel title={texts.settings.sections.about} about={texts.settings.publicAbout}>
      <ChangeForm changes={changes} isWrong={fields.some((each) => each.problem)} onSave={changes.save}>
        {fields.map(({ key, ...field }) =>
          key === "about.purpose" ? <TextArea key={key} rows={3} {...field} /> : <TextField key={key} {...field} />,
        )}
        <Select
          label={texts.settings.usualLanguage}
          hint={language.is_in_file ? texts.settings.inFile : texts.settings.usualLanguageHint}
          choices={USUAL_LANGUAGES}
          value={changes.textOf(LANGUAGE)}
          disabled={!mayChange || !language.is_changeable}
          onChange={(chosen) => changes.type(LANGUAGE, chosen)}
        />
      </ChangeForm>
    </Panel>
  );
}

export function KeepPanel({ sections, onSaved }: ChangeProps) {
  const changes = useChanges("settings keep", sections, onSaved);
  const mayChange = useMay()("settings:change");
  const [isAsking, setIsAsking] = useState(false);
  const [keep, long] = [changes.settingOf(KEEP), changes.settingOf(LONG)];
  const typed = changes.textOf(KEEP);
  const problem = hoursProblem(typed, changes.isOn(LONG));
  const hint = problem ? undefined : texts.cameras.keepIs(Number(typed));
  const unfit = sections.find((each) => each.name === "storage")?.problem;
  const isShorter = Number(typed) < Number(keep.value);
  return (
    <Panel title={texts.settings.keepTitle} about={texts.settings.keepAbout}>
      <ChangeForm
        changes={changes}
        isWrong={problem !== null}
        onSave={() => (isShorter ? setIsAsking(true) : changes.save())}
      >
        {unfit && (
          <Note tone="warn" icon="warn">
            {texts.settings.unfit} {sentence(unfit)}
          </Note>
        )}
        <TextField
          label={texts.cameras.keep}
          hint={keep.is_in_file ? texts.settings.inFile : hint}
          problem={keep.is_in_file ? null : problem}
          inputMode="decimal"
          readOnly={!mayChange || !keep.is_changeable}
          value={typed}
          onChange={(value) => changes.type(KEEP, value.replace(",", "."))}
        />
        {(Number(typed) > LONG_HOURS || changes.isOn(LONG)) && (
          <Check
            label={texts.cameras.long}
            hint={long.is_in_file ? texts.settings.inFile : texts.cameras.longHint}
            checked={changes.isOn(LONG)}
            disabled={!mayChange || !long.is_changeable}
            onChange={(value) => changes.type(LONG, value)}
          />
        )}
      </ChangeForm>
      {isAsking && (
        <Confirm
          title={texts.settings.shorterTitle(Number(typed))}
          does={texts.settings.shorterDoes}
          onClose={() => setIsAsking(false)}
          onConfirm={changes.send}
        >
          <p>{texts.settings.shorterAbout}</p>
        </Confirm>
      )}
    </Panel>
  );
}

type FormProps = { changes: Changes; isWrong: boolean; onSave: () => void; children: ReactNode };

function ChangeForm({ changes, isWrong, onSave, children }: FormProps) {
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (changes.isChanged && !isWrong) onSave();
  };
  return (
    <form className="stack settings-form" onSubmit={save}>
      {children}
      <ProblemNote problem={changes.problem} />
      {changes.isChanged && (
        <div className="row">
          <Button kind="primary" type="submit" busy={changes.busy} disabled={isWrong}>
            {texts.cameras.save}
          </Button>
          <Button onClick={changes.drop}>{texts.ui.cancel}</Button>
          <span className="soft small">{texts.settings.notSaved}</span>
        </div>
      )}
    </form>
  );
}
