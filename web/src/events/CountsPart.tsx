/** How many crossed each line of a camera and were in each zone, by hour, day or week, beside the week before. */

import { addressOf, get } from "../api/client";
import { useAsked } from "../api/use";
import { goTo, hashOf } from "../app/routes";
import type { SectionProps } from "../app/sections";
import { titleOf } from "../camera/cameras";
import { NoCameras } from "../camera/NoCameras";
import { ticksOf } from "../media/times";
import { texts, wordFor } from "../texts";
import { type Column, Empty, Icon, Panel, ProblemNote, Segmented, Select, Skeleton, Table } from "../ui";
import { CountsChart } from "./CountsChart";
import { countsOf, type Line, PERS, type Per, periodOf, zone } from "./counts";

const EVERY_MS = 60_000;

export function CountsPart({ route }: SectionProps) {
  const cameras = useAsked((signal) => get("/api/cameras", { signal }), "cameras");
  const per = PERS.find((each) => each === route.query.get("per")) ?? "hour";
  const camera = cameras.answer?.find((each) => each.name === route.query.get("camera")) ?? cameras.answer?.[0];
  const set = (chosen: string, by: Per) => goTo(hashOf(["events", "counts"], { camera: chosen, per: by }), true);
  if (!cameras.answer) return cameras.problem ? <ProblemNote problem={cameras.problem} /> : <Skeleton />;
  if (!camera) return <NoCameras />;
  const { from, to } = periodOf(per, Date.now());
  const query = { from_90k: ticksOf(from.getTime() / 1000), to_90k: ticksOf(to.getTime() / 1000), per, zone: zone() };
  return (
    <div className="stack counts">
      <p className="soft">{texts.events.count.about}</p>
      <div className="counts-choice">
        <Select
          label={texts.events.count.camera}
          value={camera.name}
          choices={cameras.answer.map((each) => ({ value: each.name, label: titleOf(each) }))}
          onChange={(name) => set(name, per)}
        />
        <Segmented
          label={texts.events.count.per}
          value={per}
          choices={PERS.map((value) => ({ value, label: texts.events.count[value] }))}
          onChange={(by) => set(camera.name, by)}
        />
        <a
          className="button"
          href={addressOf("/api/cameras/{camera}/counts.csv", { path: { camera: camera.name }, query })}
          download
        >
          <Icon name="download" size={18} />
          <span>{texts.events.count.csv}</span>
        </a>
      </div>
      <CountsOf key={`${camera.name} ${per}`} camera={camera.name} per={per} />
    </div>
  );
}

function CountsOf({ camera, per }: { camera: string; per: Per }) {
  const { answer, problem } = useAsked((signal) => countsOf(camera, per, Date.now(), signal), "counts", EVERY_MS);
  if (!answer) return problem ? <ProblemNote problem={problem} /> : <Skeleton lines={6} />;
  if (answer.lines.length + answer.zones.length === 0) {
    return (
      <Empty icon="chart" title={texts.events.count.none}>
        {texts.events.count.noneHint}
      </Empty>
    );
  }
  return (
    <>
      <Charts title={texts.events.counts} columns={COLUMNS} lines={answer.lines} per={per} />
      <Charts title={texts.events.count.zones} columns={ZONE_COLUMNS} lines={answer.zones} per={per} />
    </>
  );
}

type ChartsProps = { title: string; columns: readonly Column<Line>[]; lines: readonly Line[]; per: Per };

/** A table of all, and a chart of each rule. */
function Charts({ title, columns, lines, per }: ChartsProps) {
  if (lines.length === 0) return null;
  return (
    <>
      <Panel>
        <Table caption={title} columns={columns} rows={lines} keyOf={(each) => `${each.rule} ${each.way}`} />
      </Panel>
      {[...new Set(lines.map((each) => each.rule))].map((rule) => (
        <Panel key={rule} title={rule}>
          <CountsChart rule={rule} per={per} lines={lines.filter((each) => each.rule === rule)} />
        </Panel>
      ))}
    </>
  );
}

type Known = Line["now"]["counts"];
const known = (counts: Known): number[] => counts.filter((each) => each !== null);
const sum = (counts: Known): number => known(counts).reduce((all, each) => all + each, 0);
const wayOf = (way: string): string => wordFor(texts.events.count.to, way) ?? way;

const COLUMNS: readonly Column<Line>[] = [
  { key: "line", title: texts.events.count.line, cell: (each) => <strong>{each.rule}</strong> },
  { key: "way", title: texts.events.count.way, cell: (each) => wayOf(each.way) },
  {
    key: "now",
    title: texts.events.count.now,
    cell: (each) => <span className="numbers">{crossed(each.now.counts)}</span>,
  },
  {
    key: "before",
    title: texts.events.count.before,
    cell: (each) => <span className="numbers">{crossed(each.before.counts)}</span>,
  },
  {
    key: "change",
    title: texts.events.count.change,
    cell: (each) => <span className="numbers">{changeOf(each)}</span>,
  },
];

const ZONE_COLUMNS: readonly Column<Line>[] = [
  { key: "zone", title: texts.events.count.zone, cell: (each) => <strong>{each.rule}</strong> },
  { key: "way", title: texts.events.count.there, cell: (each) => wayOf(each.way) },
  { key: "now", title: texts.events.count.now, cell: (each) => <span className="numbers">{there(each, "now")}</span> },
  {
    key: "before",
    title: texts.events.count.before,
    cell: (each) => <span className="numbers">{there(each, "before")}</span>,
  },
];

/** Nothing known: –. */
function there(line: Line, when: "now" | "before"): string {
  const counts = known(line[when].counts);
  if (counts.length === 0) return "–";
  return texts.events.count.number(line.way === "most" ? Math.max(...counts) : sum(counts) / counts.length);
}

/** Nothing known: –. */
const crossed = (counts: Known): number | string => (known(counts).length > 0 ? sum(counts) : "–");

/** +12%, of what is known of both; nothing to compare with: –. */
function changeOf(line: Line): string {
  const [now, before] = [line.now.counts, line.before.counts];
  const [here, there] = [now, before].map((its) => sum(its.filter((_, n) => now[n] !== null && before[n] !== null)));
  if (here === undefined || !there) return "–";
  const share = here / there - 1;
  return `${share < 0 ? "−" : "+"}${texts.ui.percent(Math.abs(share))}`;
}
