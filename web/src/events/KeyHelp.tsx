/** The keys of the list, always in sight where there is a keyboard. */

import { texts } from "../texts";

const KEYS = [
  ["J", "next"],
  ["K", "previous"],
  ["S", "seen"],
  ["T", "taken"],
  ["D", "done"],
  ["F", "false"],
  ["C", "comment"],
  ["R", "recording"],
] as const;
const FOR_ALL: readonly string[] = ["next", "previous", "recording"];

export function KeyHelp({ mayChange }: { mayChange: boolean }) {
  return (
    <dl className="event-keys small soft" aria-label={texts.events.keys}>
      {KEYS.filter(([, does]) => mayChange || FOR_ALL.includes(does)).map(([key, does]) => (
        <div key={key}>
          <dt>
            <kbd>{key}</kbd>
          </dt>
          <dd>{texts.events.key[does]}</dd>
        </div>
      ))}
    </dl>
  );
}
