/** Who looked at what and changed what: for one user, camera, action or time, the newest first. */

import { useState } from "react";
import { get, Problem, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { goTo, hashOf } from "../app/routes";
import type { SectionProps } from "../app/sections";
import { titleOf } from "../camera/cameras";
import { wordsOf } from "../camera/StateBadge";
import { secondsOf, ticksOf } from "../media/times";
import { partsInWords, texts, wordFor } from "../texts";
import { Button, type Column, Empty, Panel, ProblemNote, Skeleton, Table, When } from "../ui";
import { AuditFilter } from "./AuditFilter";

type Entry = Schemas["AuditEntry"];

const MOST = 100;
/** When something moved, and no picture. */
const OVERVIEW = "timeline:overview";

/** How what nobody asked for came to be. */
const OF_ITSELF: ReadonlySet<string> = new Set(["file", "retention"]);

export function AuditPart({ route }: SectionProps) {
  const wanted = Object.fromEntries(route.query);
  const set = (name: string, value: string | null) => {
    const { [name]: _, ...rest } = wanted;
    goTo(hashOf(["people", "audit"], value === null ? rest : { ...rest, [name]: value }), true);
  };
  const cameras = useAsked((signal) => get("/api/cameras", { signal }), "cameras");
  const titles = new Map(cameras.answer?.map((each) => [each.name, titleOf(each)]));
  return (
    <Panel title={texts.people.audit} about={texts.people.auditAbout}>
      <div className="stack">
        <AuditFilter wanted={wanted} titles={titles} set={set} />
        <AuditList key={route.query.toString()} wanted={wanted} titles={titles} />
      </div>
    </Panel>
  );
}

/** By the names of cameras. */
export type Titles = ReadonlyMap<string, string>;

function AuditList({ wanted, titles }: { wanted: Record<string, string>; titles: Titles }) {
  const [older, setOlder] = useState<Entry[]>([]);
  const [isAll, setIsAll] = useState(false);
  const query = queryOf(wanted);
  const first = useAsked((signal) => get("/api/audit", { query, signal }), "audit");
  const { busy, problem, run } = useChange();
  const entries = first.answer && [...first.answer, ...older];
  const last = entries?.at(-1);
  const more = () =>
    run(async () => {
      if (!last) return;
      const found = await get("/api/audit", { query: { ...query, before: last.id } });
      setOlder((before) => [...before, ...found]);
      setIsAll(found.length < MOST);
    });

  if (!entries) return first.problem ? <ProblemNote problem={first.problem} onAgain={first.again} /> : <Skeleton />;
  if (!entries.length) return <Empty icon="search" title={texts.people.auditNothing} />;
  return (
    <>
      <Table
        caption={texts.people.audit}
        columns={columnsWith(titles)}
        rows={entries}
        keyOf={(each) => String(each.id)}
      />
      <ProblemNote problem={problem instanceof Problem ? problem : null} />
      {entries.length >= MOST && !isAll && (
        <div className="row">
          <Button busy={busy} onClick={more}>
            {texts.ui.more}
          </Button>
        </div>
      )}
    </>
  );
}

const columnsWith = (titles: Titles): readonly Column<Entry>[] => [
  { key: "at", title: texts.people.when, cell: (each) => <When at90k={each.at_90k} /> },
  {
    key: "who",
    title: texts.people.who,
    cell: (each) => (
      <span className="audit-who">
        <strong>{each.who || (OF_ITSELF.has(each.through) ? "passerby" : texts.people.nobody)}</strong>
        <span className="soft small">{wordFor(texts.through, each.through) ?? each.through}</span>
      </span>
    ),
  },
  { key: "what", title: texts.people.what, cell: (each) => wordFor(texts.noted, each.what) ?? wordsOf(each.what) },
  { key: "camera", title: texts.cameras.camera, cell: (each) => <CameraOf entry={each} titles={titles} /> },
  {
    key: "about",
    title: texts.people.details,
    cell: (each) =>
      (each.about || each.from_90k !== null) && (
        <span className="audit-who small">
          {each.about && <span>{partsInWords(each.about_said, each.about)}</span>}
          {each.from_90k !== null && <LookedAt what={each.what} from90k={each.from_90k} to90k={each.to_90k} />}
        </span>
      ),
  },
];

function CameraOf({ entry: { camera }, titles }: { entry: Entry; titles: Titles }) {
  const title = camera && titles.get(camera);
  if (!title || title === camera) return camera;
  return (
    <span className="audit-who">
      <span>{title}</span>
      <span className="soft small">{camera}</span>
    </span>
  );
}

/** What was sent, and not what was on the screen: looked at 06:49:10 to 06:49:40. */
function LookedAt({ what, from90k, to90k }: { what: string; from90k: number; to90k: number | null }) {
  return (
    <span className="soft">
      {what === OVERVIEW ? texts.people.overviewOf : texts.people.lookedAt} <When at90k={from90k} />
      {to90k !== null && secondsOf(to90k - from90k) >= 1 && (
        <>
          {` ${texts.people.spanTo} `}
          <When at90k={to90k} after90k={from90k} />
        </>
      )}
    </span>
  );
}

function queryOf(wanted: Record<string, string>) {
  return {
    who: wanted.who ?? null,
    what: wanted.what ?? null,
    camera: wanted.camera ?? null,
    from_90k: ticksAt(wanted.from),
    to_90k: ticksAt(wanted.to),
    most: MOST,
  };
}

/** Of a local time as its field has it. */
function ticksAt(local: string | undefined): number | null {
  const atMs = local ? new Date(local).getTime() : Number.NaN;
  return Number.isFinite(atMs) && atMs >= 0 ? ticksOf(atMs / 1000) : null;
}
