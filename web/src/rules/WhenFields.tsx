/** When a rule holds: always, or on some days and between some times. */

import { texts } from "../texts";
import { Button, Check, Select, TextField, ToolButton } from "../ui";
import { DAYS, entryOf, isSpan, longDay, MAX_TIMES, shortDay, type Times, timesOf } from "./schedule";

const words = texts.rules.when;
const AT_NIGHT: Times = { days: DAYS.map((_, day) => day), hours: { from: "22:00", to: "06:00" } };

type WhenProps = {
  /** As in the rule. */
  entries: readonly string[];
  /** group: see `useHistory`. */
  onChange: (entries: string[], group: string) => void;
  /** What it is about; by default when a rule holds. */
  about?: { label: string; always: string; hint?: string };
};

export function WhenFields({ entries, onChange, about = words }: WhenProps) {
  const put = (index: number, times: Times) => onChange(entries.toSpliced(index, 1, entryOf(times)), `when ${index}`);
  return (
    <fieldset className="rules-when">
      <legend className="only-heard">{about.label}</legend>
      <Select
        label={about.label}
        hint={entries.length > 0 ? (about.hint ?? words.hint) : undefined}
        value={entries.length > 0 ? "times" : "always"}
        choices={[
          { value: "always", label: about.always },
          { value: "times", label: words.times },
        ]}
        onChange={(value) => onChange(value === "times" ? [entryOf(AT_NIGHT)] : [], "when")}
      />
      {entries.map((entry, index) => (
        <Entry
          // biome-ignore lint/suspicious/noArrayIndexKey: an entry is its number
          key={index}
          entry={entry}
          onChange={(times) => put(index, times)}
          onRemove={() => onChange(entries.toSpliced(index, 1), `without ${index} of ${entries.length}`)}
        />
      ))}
      {entries.length > 0 && entries.length < MAX_TIMES && (
        <Button icon="plus" onClick={() => onChange([...entries, entryOf(AT_NIGHT)], `with ${entries.length}`)}>
          {words.add}
        </Button>
      )}
    </fieldset>
  );
}

type EntryProps = { entry: string; onChange: (times: Times) => void; onRemove: () => void };

function Entry({ entry, onChange, onRemove }: EntryProps) {
  const times = timesOf(entry) ?? AT_NIGHT;
  const { days, hours } = times;
  const turn = (day: number, is: boolean) =>
    onChange({ ...times, days: is ? [...days, day].toSorted() : days.filter((one) => one !== day) });
  return (
    <div className="rules-times">
      <fieldset className="segmented">
        <legend className="only-heard">{words.days}</legend>
        {DAYS.map((name, day) => (
          <label key={name}>
            <input
              type="checkbox"
              aria-label={longDay(day)}
              checked={days.includes(day)}
              disabled={days.length === 1 && days.includes(day)}
              onChange={(event) => turn(day, event.target.checked)}
            />
            <span>{shortDay(day)}</span>
          </label>
        ))}
      </fieldset>
      <div className="row">
        <Check
          label={words.wholeDay}
          checked={!hours}
          onChange={(is) => onChange({ days, hours: is ? null : AT_NIGHT.hours })}
        />
        <ToolButton icon="trash" word={texts.ui.remove} label={words.remove} onClick={onRemove} />
      </div>
      {hours && (
        <div className="rules-hours">
          {(["from", "to"] as const).map((end) => (
            <TextField
              key={end}
              type="time"
              label={words[end]}
              problem={end === "to" && !isSpan(times) ? words.noSpan : null}
              value={hours[end]}
              onChange={(value) => value && onChange({ days, hours: { ...hours, [end]: value } })}
            />
          ))}
        </div>
      )}
    </div>
  );
}
