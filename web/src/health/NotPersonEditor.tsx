/** Draws one box over a camera's newest redacted picture, with a mouse, a finger or the keyboard, and saves it. */

import { useRef, useState } from "react";
import { addressOf, post, type Schemas } from "../api/client";
import { useChange } from "../api/use";
import { type Box, inTheMiddle, newBox, type Size, type Xyxy } from "../redact/box";
import { Drawing } from "../redact/Drawing";
import { texts } from "../texts";
import { Button, Note, ProblemNote, Skeleton, useToast } from "../ui";
import { usePicture } from "./usePicture";

const words = texts.notPeople;
/** Of the picture: as the API has it, which asks again. */
const LARGEST_SHARE = 0.25;

type EditorProps = {
  camera: string;
  /** Those that there are: shown, so that none is drawn twice. */
  boxes: readonly Schemas["NotPersonShown"][];
  onSaved: () => void;
  onClose: () => void;
};

export function NotPersonEditor({ camera, boxes, onSaved, onClose }: EditorProps) {
  const picture = usePicture(addressOf("/api/cameras/{camera}/still.jpg", { path: { camera } }));
  const [size, setSize] = useState<Size | null>(null);
  const [drawn, setDrawn] = useState<Box | null>(null);
  // A finger that draws cannot scroll, so that on a phone drawing is asked for first.
  const [isDrawing, setIsDrawing] = useState(() => matchMedia("(pointer: fine)").matches);
  const frame = useRef<HTMLDivElement>(null);
  const { busy, problem, run } = useChange();
  const toast = useToast();

  const drawnAs = (xyxy: Xyxy) => {
    setDrawn(newBox(xyxy, 0, null));
    setIsDrawing(true);
  };
  const addHere = () => {
    if (!size) return;
    drawnAs(inTheMiddle(size));
    requestAnimationFrame(() => frame.current?.querySelector<SVGElement>("[role=button]")?.focus());
  };
  const shares = drawn && size && sharesOf(drawn.xyxy, size);
  const isTooLarge = shares !== null && areaOf(shares) > LARGEST_SHARE;
  const save = () =>
    run(async () => {
      if (!shares) return;
      await post("/api/cameras/{camera}/not-people", { path: { camera }, body: shares });
      toast(words.added);
      onSaved();
      onClose();
    });

  return (
    <div className="not-person-editor">
      <Note tone="warn" icon="warn">
        <strong>{words.warning}</strong> {words.danger}
      </Note>
      {!picture.answer && !picture.problem && <Skeleton />}
      <ProblemNote problem={picture.problem} onAgain={picture.again} />
      {picture.answer && (
        <div
          ref={frame}
          className="viewer-frame"
          style={
            size ? { aspectRatio: size.width / size.height, maxWidth: `calc(60dvh * ${size.width / size.height})` } : {}
          }
        >
          <img
            src={picture.answer.url}
            alt={words.picture}
            onLoad={(event) => {
              const { naturalWidth: width, naturalHeight: height } = event.currentTarget;
              setSize({ width, height });
            }}
          />
          {size && <Saved boxes={boxes} />}
          {size && (
            <Drawing
              size={size}
              boxes={drawn ? [drawn] : []}
              timeS={null}
              picked={drawn?.key ?? null}
              isDrawing={isDrawing}
              onPick={() => {}}
              onDraw={drawnAs}
              onBox={setDrawn}
              onDrop={() => setDrawn(null)}
            />
          )}
        </div>
      )}
      <p className="small soft" aria-live="polite">
        {shares && words.size(percent(shares.right - shares.left), percent(shares.bottom - shares.top))}
      </p>
      {isTooLarge && <p className="field-problem">{words.tooLarge}</p>}
      <ProblemNote problem={problem} />
      <div className="row">
        <Button kind="primary" busy={busy} disabled={!shares || isTooLarge} onClick={save}>
          {words.save}
        </Button>
        <Button onClick={onClose}>{texts.ui.cancel}</Button>
        <span className="not-person-tools row">
          <Button icon="refresh" onClick={picture.again}>
            {texts.health.newest}
          </Button>
          <Button icon="plus" disabled={!size} onClick={addHere}>
            {words.add}
          </Button>
          <Button icon="edit" aria-pressed={isDrawing} onClick={() => setIsDrawing(!isDrawing)}>
            {texts.redact.draw.draw}
          </Button>
        </span>
      </div>
    </div>
  );
}

/** With the numbers that they have in the list. */
function Saved({ boxes }: { boxes: EditorProps["boxes"] }) {
  return boxes.map((each, index) => (
    <span
      key={each.id}
      className="saved-box"
      style={{
        left: `${each.left * 100}%`,
        top: `${each.top * 100}%`,
        width: `${(each.right - each.left) * 100}%`,
        height: `${(each.bottom - each.top) * 100}%`,
      }}
    >
      {index + 1}
    </span>
  ));
}

function sharesOf([left, top, right, bottom]: Xyxy, { width, height }: Size): Schemas["NotPersonBox"] {
  return { left: left / width, top: top / height, right: right / width, bottom: bottom / height };
}

function areaOf({ left, top, right, bottom }: Schemas["NotPersonBox"]): number {
  return (right - left) * (bottom - top);
}

const percent = (share: number) => Math.round(share * 100);
