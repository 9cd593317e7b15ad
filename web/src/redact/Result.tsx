/** What was made of a file: the redacted picture with the boxes drawn over it, and what the report says. */

import { type ReactNode, useEffect, useRef, useState } from "react";
import { addressOf } from "../api/client";
import { useAsked } from "../api/use";
import { texts } from "../texts";
import { Button, Note, ProblemNote, sentence } from "../ui";
import { type Box, inTheMiddle, NEW_BOX_S, newBox, type Size, type Xyxy } from "./box";
import { Corrections } from "./Corrections";
import { coverFor, isShownAt } from "./doubts";
import { Figures } from "./Figures";
import type { Redaction } from "./RedactPage";
import { Review } from "./Review";
import { type Doubt, type Report, reportOf, uprightSize } from "./report";
import { useDismissed } from "./useDismissed";
import { Viewer, type ViewerHandle } from "./Viewer";

const words = texts.redact;

type ResultProps = {
  file: Redaction;
  boxes: Box[];
  onBoxes: (boxes: Box[]) => void;
  isDirty: boolean;
  atWork: ReactNode;
  onMode: (mode: "reveal" | "cover") => void;
  /** Says that what was covered will be rendered by itself. */
  soon: ReactNode;
  onCovered: () => void;
};

export function Result({ file, boxes, onBoxes, isDirty, atWork, onMode, soon, onCovered }: ResultProps) {
  // The one before stays until there is a new one, so that the picture can be looked at while another is rendered.
  const { answer: report, problem, again } = useAsked((signal) => reportOf(file.id, signal), file.id);
  const [timeS, setTimeS] = useState(0);
  const [picked, setPicked] = useState<number | null>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const { dismissed, problem: notKept, set: dismiss } = useDismissed(file);
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
  // After another rendering it may be gone.
  const lookedAt = report.low_confidence.find((each) => each.id === current);
  const look = (doubt: Doubt) => {
    setCurrent(doubt.id);
    viewer.current?.show(doubt.at_s);
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
          outline={lookedAt && isShownAt(lookedAt, timeS) ? lookedAt.xyxy : null}
          onPick={setPicked}
          onDraw={add}
          onBox={replace}
          onDrop={drop}
        />
        <p className="soft small">{words.lookThrough}</p>
        <OtherMode report={report} isBusy={atWork !== false} onMode={onMode} />
        {report.warnings.map((warning) => (
          <Note key={warning} tone="warn" icon="warn">
            {sentence(warning)}
          </Note>
        ))}
      </div>
      <div className="stack">
        {soon}
        {isVideo && (
          <Review
            doubts={report.low_confidence}
            dismissed={dismissed}
            boxes={boxes}
            size={size}
            current={lookedAt?.id ?? null}
            onGo={look}
            onCover={(doubt) => {
              onBoxes([...boxes, coverFor(doubt, size, durationS)]);
              onCovered();
            }}
            onDismiss={(doubt, isDismissed) => dismiss(doubt.id, isDismissed)}
          />
        )}
        <ProblemNote problem={notKept} />
        <Corrections
          isVideo={isVideo}
          boxes={boxes}
          picked={picked}
          timeS={timeS}
          endS={durationS ?? timeS + NEW_BOX_S}
          isDirty={isDirty}
          atWork={atWork}
          onAdd={() => viewer.current?.focusBox(add(inTheMiddle(size)))}
          onBox={replace}
          onDrop={drop}
          onGo={goTo}
          onPick={(box) => {
            setPicked(box.key);
            if (isVideo && (timeS < box.fromS || (box.toS !== null && timeS > box.toS))) goTo(box.fromS);
          }}
        />
        <Figures report={report} isVideo={isVideo} onGo={goTo} />
      </div>
    </div>
  );
}

/** Where most of the picture is hidden, the other mode may show more of it. */
function OtherMode({ report, isBusy, onMode }: { report: Report; isBusy: boolean; onMode: ResultProps["onMode"] }) {
  const { instead } = report.mode;
  if (!instead) return null;
  return (
    <Note tone="calm" icon="cover">
      <p>{words.otherMode.about[instead](texts.ui.share(report.hidden.mean))}</p>
      <Button icon="refresh" disabled={isBusy} onClick={() => onMode(instead)}>
        {words.otherMode.again[instead]}
      </Button>
    </Note>
  );
}
