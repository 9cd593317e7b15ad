/** What was made of a file: the redacted picture with the boxes drawn over it, and what the report says. */

import { type ReactNode, useEffect, useRef, useState } from "react";
import { addressOf } from "../api/client";
import { useAsked } from "../api/use";
import { texts } from "../texts";
import { Note, Panel, ProblemNote, sentence } from "../ui";
import { type Box, inTheMiddle, NEW_BOX_S, newBox, type Size, type Xyxy } from "./box";
import { Corrections } from "./Corrections";
import { Figures, Moments } from "./Figures";
import type { Redaction } from "./RedactPage";
import { reportOf, uprightSize } from "./report";
import { Viewer, type ViewerHandle } from "./Viewer";

const words = texts.redact;

type ResultProps = {
  file: Redaction;
  boxes: Box[];
  onBoxes: (boxes: Box[]) => void;
  isDirty: boolean;
  atWork: ReactNode;
};

export function Result({ file, boxes, onBoxes, isDirty, atWork }: ResultProps) {
  // The one before stays until there is a new one, so that the picture can be looked at while another is rendered.
  const { answer: report, problem, again } = useAsked((signal) => reportOf(file.id, signal), file.id);
  const [timeS, setTimeS] = useState(0);
  const [picked, setPicked] = useState<number | null>(null);
  const viewer = useRef<ViewerHandle>(null);
  const isVideo = file.kind === "video";

  useEffect(() => {
    if (file.is_current) again();
  }, [file.is_current, again]);

  if (!report) return <ProblemNote problem={problem} onAgain={again} />;
  const size: Size = uprightSize(report);
  const durationS = report.source.duration_s;
  const add = (xyxy: Xyxy) => {
    const endS = timeS + NEW_BOX_S;
    const box = isVideo
      ? newBox(
          xyxy,
          Math.floor(timeS * 1000) / 1000,
          Math.ceil((durationS ? Math.min(endS, durationS) : endS) * 1000) / 1000,
        )
      : newBox(xyxy, 0, null);
    onBoxes([...boxes, box]);
    setPicked(box.key);
    return box.key;
  };
  const replace = (box: Box) => onBoxes(boxes.map((each) => (each.key === box.key ? box : each)));
  const drop = (key: number) => {
    onBoxes(boxes.filter((each) => each.key !== key));
    setPicked(null);
  };
  const goTo = (at: number) => viewer.current?.goTo(at);
  return (
    <div className="redact-result">
      <div className="stack">
        <Viewer
          ref={viewer}
          address={`${addressOf("/api/redactions/{id}/output", { path: { id: file.id } })}?of=${report.output.sha256.slice(0, 16)}`}
          isVideo={isVideo}
          size={size}
          framesPerS={report.source.frames_per_s ?? 25}
          timeS={timeS}
          onTime={setTimeS}
          boxes={boxes}
          picked={picked}
          onPick={setPicked}
          onDraw={add}
          onBox={replace}
          onDrop={drop}
        />
        <p className="soft small">{words.lookThrough}</p>
        {report.warnings.map((warning) => (
          <Note key={warning} tone="warn" icon="warn">
            {sentence(warning)}
          </Note>
        ))}
      </div>
      <div className="stack">
        <Corrections
          isVideo={isVideo}
          boxes={boxes}
          picked={picked}
          timeS={timeS}
          isDirty={isDirty}
          atWork={atWork}
          onAdd={() => viewer.current?.focusBox(add(inTheMiddle(size)))}
          onBox={replace}
          onDrop={drop}
          onPick={(box) => {
            setPicked(box.key);
            if (isVideo && (timeS < box.fromS || (box.toS !== null && timeS > box.toS))) goTo(box.fromS);
          }}
        />
        <Panel title={words.look.title}>
          <Moments spans={report.low_confidence} none={words.look.none} onGo={goTo} />
        </Panel>
        <Figures report={report} isVideo={isVideo} onGo={goTo} />
      </div>
    </div>
  );
}
