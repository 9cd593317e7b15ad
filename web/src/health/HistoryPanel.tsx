/** How a camera was before: each stretch of time with what it was said to do, and why. */

import { useState } from "react";
import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { StateBadge } from "../camera/StateBadge";
import { lengthOf, nowS, secondsOf, ticksOf } from "../media/times";
import { inWords, texts } from "../texts";
import { type Column, Panel, ProblemNote, Segmented, Skeleton, sentence, Table, When } from "../ui";

type Stretch = Schemas["Stretch"];

const SPANS = ["1", "24", "168"] as const;
type Span = (typeof SPANS)[number];
const MAX_ROWS = 200;
const EVERY_MS = 15_000;

export function HistoryPanel({ camera }: { camera: string }) {
  const [span, setSpan] = useState<Span>("24");
  const { answer, problem, again } = useAsked(
    (signal) => {
      const to_90k = ticksOf(nowS());
      const query = { from_90k: to_90k - ticksOf(Number(span) * 3600), to_90k };
      return get("/api/cameras/{camera}/health/history", { path: { camera }, query, signal });
    },
    `history ${camera} ${span}`,
    EVERY_MS,
  );
  const newestFirst = answer && [...answer].reverse().slice(0, MAX_ROWS);
  return (
    <Panel
      title={texts.health.history}
      actions={
        <Segmented
          label={texts.health.span}
          value={span}
          choices={SPANS.map((each) => ({ value: each, label: texts.health.spans[each] }))}
          onChange={setSpan}
        />
      }
    >
      <ProblemNote problem={problem} onAgain={again} />
      {!newestFirst && !problem && <Skeleton />}
      {newestFirst?.length === 0 && <p className="soft">{texts.health.noHistory}</p>}
      {newestFirst && newestFirst.length > 0 && (
        <Table
          caption={texts.health.history}
          columns={COLUMNS}
          rows={newestFirst}
          keyOf={(each) => `${each.from_90k} ${each.what}`}
        />
      )}
      {answer && answer.length > MAX_ROWS && <p className="soft small">{texts.health.onlyNewest(MAX_ROWS)}</p>}
    </Panel>
  );
}

const COLUMNS: readonly Column<Stretch>[] = [
  { key: "from", title: texts.health.since, cell: (each) => <When at90k={each.from_90k} /> },
  {
    key: "length",
    title: texts.health.length,
    cell: (each) => lengthOf((each.to_90k === null ? nowS() : secondsOf(each.to_90k)) - secondsOf(each.from_90k)),
  },
  {
    key: "what",
    title: texts.cameras.state,
    cell: (each) => <StateBadge state={{ what: each.what }} />,
  },
  { key: "reason", title: texts.health.reason, cell: (each) => sentence(inWords(each.said, each.reason)) },
];
