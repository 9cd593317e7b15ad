/** Promises that are broken, at the top: recordings that are not stored or deleted, or were deleted too soon. */

import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { type Camera, titleOf } from "../camera/cameras";
import { inWords, texts, wordFor } from "../texts";
import { Icon, ProblemNote, sentence, When } from "../ui";

type Alarm = Schemas["AlarmShown"];

const EVERY_MS = 10_000;
/** What a line holds at most: the rest is a number. */
const MAX_LINES = 5;
/** Kinds of which each is about a file. */
const OF_FILES: ReadonlySet<string> = new Set(["store", "delete", "lost", "strange"]);

export function AlarmNotes({ cameras }: { cameras: readonly Camera[] }) {
  const { answer, problem, again } = useAsked((signal) => get("/api/alarms", { signal }), "alarms", EVERY_MS);
  const kinds = [...new Set(answer?.map((each) => each.kind))];
  const titles = new Map(cameras.map((each) => [each.name, titleOf(each)]));
  return (
    <>
      <ProblemNote problem={problem} onAgain={again} />
      <div className="alarms" aria-live="polite">
        {kinds.map((kind) => (
          <OfKind key={kind} alarms={answer?.filter((each) => each.kind === kind) ?? []} titles={titles} />
        ))}
      </div>
    </>
  );
}

/** alarms: all of one kind, at least one. */
function OfKind({ alarms, titles }: { alarms: Alarm[]; titles: ReadonlyMap<string, string> }) {
  const [first] = alarms;
  // Of a kind that this page does not know the API has a sentence.
  const title = first && (wordFor(texts.health.alarms, first.kind) ?? sentence(first.means));
  return (
    <div className="note bad">
      <Icon name="warn" size={18} />
      <div>
        <strong>{title}</strong>
        <ul>
          {alarms.slice(0, MAX_LINES).map((each) => (
            <Line
              key={`${each.camera} ${each.since_90k} ${each.says}`}
              alarm={each}
              title={each.camera && (titles.get(each.camera) ?? each.camera)}
            />
          ))}
        </ul>
        {alarms.length > MAX_LINES && <p className="soft">{texts.health.moreAlarms(alarms.length - MAX_LINES)}</p>}
      </div>
    </div>
  );
}

/** title: null: of no single camera. */
function Line({ alarm, title }: { alarm: Alarm; title: string | null }) {
  const count = alarm.count > 1 && OF_FILES.has(alarm.kind) ? texts.health.files(alarm.count) : null;
  const what = [title, count].filter(Boolean).join(", ");
  const words = [what, alarm.says && sentence(inWords(alarm.said, alarm.says))].filter(Boolean).join(": ");
  if (!words && alarm.since_90k === null) return null;
  return (
    <li>
      {words}{" "}
      {alarm.since_90k !== null && (
        <span className="soft small">
          {texts.cameras.since} <When at90k={alarm.since_90k} />
        </span>
      )}
    </li>
  );
}
