/** Files that somebody brings: bringing one, all of mine, and one of them by itself. */

import { get, type Schemas } from "../api/client";
import { useAsked } from "../api/use";
import { hashOf } from "../app/routes";
import type { SectionProps } from "../app/sections";
import { inWords, texts } from "../texts";
import { Badge, Empty, type IconName, Note, PageHead, Panel, ProblemNote, Skeleton, Table, type Tone } from "../ui";
import { FilePage } from "./FilePage";
import { Intake } from "./Intake";
import { timeOfDay } from "./words";
import "./redact.css";

export type Redaction = Schemas["RedactionShown"];
const words = texts.redact;

const MARKS: Record<Redaction["state"], [Tone, IconName]> = {
  queued: ["calm", "wait"],
  running: ["calm", "learn"],
  done: ["good", "check"],
  failed: ["bad", "warn"],
};
const AT_WORK_MS = 2000;

export default function RedactPage({ route }: SectionProps) {
  const id = route.path[1];
  return id ? <FilePage key={id} id={id} /> : <AllFiles />;
}

function AllFiles() {
  // Asking for the list keeps no file alive, so that it may be asked for again and again.
  const { answer, problem, again } = useAsked((signal) => get("/api/redactions", { signal }), "", AT_WORK_MS);
  return (
    <>
      <PageHead title={words.title} about={words.about} />
      <div className="redact-all">
        {answer?.refuses ? (
          <Note tone="warn" icon="warn">
            {inWords(answer.refuses_said, answer.refuses)}
          </Note>
        ) : (
          answer && <Intake mostBytes={answer.max_bytes} keepS={answer.keep_s} />
        )}
        <Panel title={words.mine}>
          <ProblemNote problem={problem} onAgain={again} />
          {answer ? <Files files={answer.redactions} /> : !problem && <Skeleton />}
        </Panel>
      </div>
    </>
  );
}

function Files({ files }: { files: readonly Redaction[] }) {
  if (files.length === 0) {
    return (
      <Empty icon="redact" title={words.none}>
        {words.noneHint}
      </Empty>
    );
  }
  return (
    <Table
      caption={words.mine}
      rows={files}
      keyOf={(file) => file.id}
      columns={[
        {
          key: "name",
          title: words.columns.name,
          cell: (file) => <a href={hashOf(["redact", file.id])}>{file.name}</a>,
        },
        { key: "state", title: words.columns.state, cell: (file) => <StateBadge file={file} /> },
        { key: "until", title: words.columns.forgotten, cell: (file) => timeOfDay(file.expires_at_90k) },
      ]}
    />
  );
}

export function StateBadge({ file }: { file: Redaction }) {
  const [tone, icon] = MARKS[file.state];
  const share = file.state === "running" && file.progress !== null ? ` ${texts.ui.percent(file.progress)}` : "";
  return (
    <Badge tone={tone} icon={icon}>
      {words.states[file.state]}
      {share}
    </Badge>
  );
}
