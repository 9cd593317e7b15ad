/** One camera: its state, every check, what it should show beside what it shows, and how it was before. */

import { get, type Schemas } from "../api/client";
import { useAsked, useIsOld } from "../api/use";
import { useMay } from "../app/session";
import { type Camera, LOST_AFTER, OLD_AFTER_MS, type State, titleOf } from "../camera/cameras";
import { StateBadge, wordsOf } from "../camera/StateBadge";
import { inWords, texts, wordFor } from "../texts";
import {
  Badge,
  type Column,
  Icon,
  type IconName,
  Panel,
  ProblemNote,
  sentence,
  Table,
  type Tone,
  ToolLink,
  When,
} from "../ui";
import { ComparePanel } from "./ComparePanel";
import { HistoryPanel } from "./HistoryPanel";
import { NotPeoplePanel } from "./NotPeoplePanel";

type Check = Schemas["CheckShown"];

const EVERY_MS = 3000;
const NOT_KNOWN: [Tone, IconName] = ["calm", "wait"];
const LOOKS: Record<string, [Tone, IconName]> = { ok: ["good", "check"], bad: ["bad", "warn"], unknown: NOT_KNOWN };

export function CameraHealth({ camera, state }: { camera: Camera; state: State | undefined }) {
  const may = useMay();
  const path = { camera: camera.name };
  const asked = useAsked(
    (signal) => get("/api/cameras/{camera}/health", { path, signal }),
    `health ${camera.name}`,
    EVERY_MS,
  );
  const isRecorded = (asked.answer?.newest_still_at_90k ?? null) !== null;
  const isOff = state?.what === "off";
  const isOld = useIsOld(asked.answeredMs, OLD_AFTER_MS);
  const isLost = isOld || asked.failures >= LOST_AFTER;
  const shown = isOff || isLost ? state : (asked.answer?.state ?? state);
  return (
    <article className="camera-health">
      <header className="page-head">
        <div className="row">
          <ToolLink icon="back" word={texts.live.all} href="#/health" />
          <h1>{titleOf(camera)}</h1>
          <StateBadge state={shown} />
        </div>
        <div className="row">
          {may("live:watch") && (
            <a className="button" href={`#/live/${camera.name}`}>
              <Icon name="live" size={18} />
              {texts.nav.live}
            </a>
          )}
          {may("timeline:watch") && (
            <a className="button" href={`#/timeline/${camera.name}`}>
              <Icon name="timeline" size={18} />
              {texts.nav.timeline}
            </a>
          )}
          {may("rules:see") && (
            <a className="button" href={`#/rules/${camera.name}`}>
              <Icon name="rules" size={18} />
              {texts.rules.title}
            </a>
          )}
        </div>
      </header>
      <ProblemNote problem={asked.problem} onAgain={asked.again} />
      <Reason state={shown} />
      <ComparePanel
        camera={camera.name}
        referenceAt90k={asked.answer?.reference_at_90k ?? null}
        isRecorded={isRecorded}
      />
      <Checks checks={isOff ? [] : isLost ? null : (asked.answer?.checks ?? null)} />
      <NotPeoplePanel camera={camera} isRecorded={isRecorded} />
      <HistoryPanel camera={camera.name} />
    </article>
  );
}

function Reason({ state }: { state: State | undefined }) {
  return (
    <p className="health-reason">
      {state?.reason && sentence(inWords(state.said, state.reason))}{" "}
      {state?.since_90k && (
        <span className="soft">
          {texts.cameras.since} <When at90k={state.since_90k} />
        </span>
      )}
    </p>
  );
}

const COLUMNS: readonly Column<Check>[] = [
  {
    key: "check",
    title: texts.health.check,
    cell: (each) => <strong>{wordFor(texts.health.checks, each.check) ?? wordsOf(each.check)}</strong>,
  },
  {
    key: "verdict",
    title: texts.health.verdict,
    cell: (each) => {
      const [tone, icon] = LOOKS[each.verdict] ?? NOT_KNOWN;
      return (
        <Badge tone={tone} icon={icon}>
          {wordFor(texts.health.verdicts, each.verdict) ?? wordsOf(each.verdict)}
        </Badge>
      );
    },
  },
  { key: "reason", title: texts.health.reason, cell: (each) => sentence(inWords(each.said, each.reason)) },
  {
    key: "since",
    title: texts.health.since,
    cell: (each) => (each.since_90k > 0 ? <When at90k={each.since_90k} /> : null),
  },
];

/** Without pictures the other checks say how it was when the last one came: that is not how it is. */
function asOfNow(checks: Check[]): Check[] {
  if (!checks.some((each) => each.check === "signal" && each.verdict === "bad")) return checks;
  return checks.map((each) =>
    each.verdict === "ok"
      ? { ...each, verdict: "unknown", reason: texts.health.noPicturesToCheck, said: null, since_90k: 0 }
      : each,
  );
}

/** checks: null: not known yet. */
function Checks({ checks }: { checks: Check[] | null }) {
  return (
    <Panel title={texts.health.allChecks} about={texts.health.allChecksAbout}>
      {checks?.length === 0 && <p className="soft">{texts.health.notOpen}</p>}
      {checks && checks.length > 0 && (
        <Table caption={texts.health.allChecks} columns={COLUMNS} rows={asOfNow(checks)} keyOf={(each) => each.check} />
      )}
    </Panel>
  );
}
