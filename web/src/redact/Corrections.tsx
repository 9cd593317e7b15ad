/** The list of boxes that somebody drew, with their times. */

import { type ReactNode, useId, useState } from "react";
import { texts } from "../texts";
import { Button, Note, Panel, ToolButton } from "../ui";
import { atRest, type Box, during, endsBeforeItBegins, moving, type Place, withoutPlace, xyxyAt } from "./box";
import { clock } from "./words";

const words = texts.redact.draw;

type CorrectionsProps = {
  isVideo: boolean;
  boxes: readonly Box[];
  picked: number | null;
  timeS: number;
  /** Of the video. */
  endS: number;
  isDirty: boolean;
  /** What is shown while it is rendered again. */
  atWork: ReactNode;
  onAdd: () => void;
  onBox: (box: Box) => void;
  onDrop: (key: number) => void;
  onPick: (box: Box) => void;
  onGo: (timeS: number) => void;
};

export function Corrections(props: CorrectionsProps) {
  const { boxes, isDirty, atWork, onAdd } = props;
  return (
    <Panel
      title={words.title}
      about={words.about}
      actions={
        <Button icon="plus" onClick={onAdd}>
          {words.add}
        </Button>
      }
    >
      {boxes.length === 0 && <p className="soft">{words.none}</p>}
      <ul className="redact-boxes">
        {boxes.map((box, index) => (
          <Row key={box.key} box={box} number={index + 1} list={props} />
        ))}
      </ul>
      {atWork ||
        (isDirty && (
          <Note tone="warn" icon="warn">
            {texts.redact.notRendered}
          </Note>
        ))}
    </Panel>
  );
}

function Row({ box, number, list }: { box: Box; number: number; list: CorrectionsProps }) {
  const { isVideo, picked, onBox, onDrop, onPick } = list;
  const [left, top, right, bottom] = xyxyAt(box, list.timeS);
  return (
    <li className={box.key === picked ? "is-picked" : undefined}>
      <div className="redact-box-head">
        <Button kind="quiet" aria-pressed={box.key === picked} onClick={() => onPick(box)}>
          {words.box(number)}
        </Button>
        <span className="soft small numbers">{words.size(Math.round(right - left), Math.round(bottom - top))}</span>
        <ToolButton
          icon="trash"
          word={texts.ui.remove}
          label={`${words.remove} ${number}`}
          onClick={() => onDrop(box.key)}
        />
      </div>
      {isVideo && <Times box={box} timeS={list.timeS} onBox={onBox} />}
      {isVideo && <Movement box={box} number={number} list={list} />}
    </li>
  );
}

function Times({ box, timeS, onBox }: { box: Box; timeS: number; onBox: (box: Box) => void }) {
  return (
    <div className="redact-times">
      <div className="redact-time">
        <Seconds label={words.from} value={box.fromS} onChange={(fromS) => onBox(during(box, fromS, box.toS))} />
        <ToolButton icon="bracketIn" word={words.fromNow} onClick={() => onBox(during(box, floorMs(timeS), box.toS))} />
      </div>
      <div className="redact-time">
        <Seconds label={words.to} value={box.toS} onChange={(toS) => onBox(during(box, box.fromS, toS))} />
        <ToolButton icon="bracketOut" word={words.toNow} onClick={() => onBox(during(box, box.fromS, ceilMs(timeS)))} />
      </div>
      {box.path.length === 0 && (
        <Button kind="quiet" onClick={() => onBox({ ...box, fromS: 0, toS: null })}>
          {words.always}
        </Button>
      )}
      {endsBeforeItBegins(box) && <span className="field-problem small">{words.wrongTimes}</span>}
    </div>
  );
}

/** Whether the box stays where it is or goes from place to place, and when it is where. */
function Movement({ box, number, list }: { box: Box; number: number; list: CorrectionsProps }) {
  const { timeS, endS, onBox, onPick, onGo } = list;
  const isMoving = box.path.length > 0;
  const toggle = () => {
    if (isMoving) return onBox(atRest(box, timeS));
    const now = moving(box, endS);
    onBox(now);
    onPick(now);
    // Where it begins is drawn already: where it ends comes next.
    onGo(now.toS ?? endS);
  };
  const go = (place: Place) => {
    onPick(box);
    onGo(place.atS);
  };
  return (
    <div className="redact-movement">
      <Button aria-pressed={isMoving} aria-label={words.followBox(number)} onClick={toggle}>
        {words.follow}
      </Button>
      {isMoving && (
        <>
          <p className="small soft">{words.followHint}</p>
          <ul className="redact-places">
            {box.path.map((place, index) => (
              <li key={place.atS}>
                <Button
                  kind="quiet"
                  aria-label={words.place(index + 1, clock(place.atS))}
                  aria-current={Math.abs(place.atS - timeS) < 0.05 || undefined}
                  onClick={() => go(place)}
                >
                  <span className="numbers">{clock(place.atS)}</span>
                </Button>
                {index > 0 && index < box.path.length - 1 && (
                  <ToolButton
                    icon="cross"
                    word={texts.ui.remove}
                    label={words.removePlace(index + 1)}
                    onClick={() => onBox(withoutPlace(box, place))}
                  />
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

type SecondsProps = { label: string; value: number | null; onChange: (value: number) => void };

/** value: null where the box goes on to the end. What is typed stays as it is until the field is left, also what is no time. */
function Seconds({ label, value, onChange }: SecondsProps) {
  const id = useId();
  const [typed, setTyped] = useState<string | null>(null);
  const shown = value === null ? "" : String(Math.round(value * 1000) / 1000);
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="number"
        className="input numbers"
        min={0}
        step={0.1}
        value={typed ?? shown}
        onBlur={() => setTyped(null)}
        onChange={(event) => {
          setTyped(event.target.value);
          const typed = event.target.valueAsNumber;
          if (typed >= 0) onChange(typed);
        }}
      />
    </>
  );
}

// What is on the screen at a time is in the box: so outwards, never inwards.
const floorMs = (timeS: number) => Math.floor(timeS * 1000) / 1000;
const ceilMs = (timeS: number) => Math.ceil(timeS * 1000) / 1000;
