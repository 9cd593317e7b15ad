/** The time that is looked at, how the camera was then, and the way to another day. */

import { useState, useSyncExternalStore } from "react";
import { StateBadge } from "../camera/StateBadge";
import { dateOf, momentTyped, nowS, timeOf, typedOf, utcTimeOf } from "../media/times";
import { texts } from "../texts";
import { Button, Dialog, TextField, ToolButton } from "../ui";
import type { Playback } from "./playback";
import { type Stretch, stateAt } from "./recordings";

/** health: of the camera; null where several are looked at, whose pictures say it. */
type ClockProps = { playback: Playback; health: readonly Stretch[] | null };

export function Clock({ playback, health }: ClockProps) {
  const { atS } = useSyncExternalStore(playback.listen, playback.snapshot);
  const [isPicking, setIsPicking] = useState(false);
  return (
    <>
      <div className="clock">
        <span className="clock-now">
          <span className="clock-time numbers">{timeOf(atS)}</span>
          {health && <StateBadge state={stateAt(health, atS)} />}
        </span>
        <span className="soft small numbers">
          {dateOf(atS)} · {utcTimeOf(atS)}
        </span>
        <ToolButton
          icon="calendar"
          word={texts.timeline.words.pick}
          label={texts.timeline.pick}
          onClick={() => setIsPicking(true)}
        />
      </div>
      {isPicking && (
        <PickTime atS={atS} onClose={() => setIsPicking(false)} onPick={(wantedS) => playback.goTo(wantedS)} />
      )}
    </>
  );
}

type PickProps = { atS: number; onClose: () => void; onPick: (wantedS: number) => void };

/** The time is typed as text: the browser's own field counts hours as its language does, the page to 24. */
function PickTime({ atS, onClose, onPick }: PickProps) {
  const [typed, setTyped] = useState(() => typedOf(atS));
  const wantedS = momentTyped(typed.day, typed.time);
  const isFuture = wantedS !== null && wantedS > nowS();
  const problem = wantedS === null ? texts.timeline.pickWrong : isFuture ? texts.timeline.pickFuture : null;
  const go = () => {
    if (wantedS === null || isFuture) return;
    onPick(wantedS);
    onClose();
  };
  return (
    <Dialog
      title={texts.timeline.pick}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{texts.ui.cancel}</Button>
          <Button kind="primary" disabled={problem !== null} onClick={go}>
            {texts.timeline.go}
          </Button>
        </>
      }
    >
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <TextField
          label={texts.timeline.day}
          type="date"
          value={typed.day}
          onChange={(day) => setTyped({ ...typed, day })}
        />
        <TextField
          label={texts.timeline.time}
          hint={texts.timeline.timeHint}
          problem={problem}
          value={typed.time}
          autoComplete="off"
          onChange={(time) => setTyped({ ...typed, time })}
        />
        <button type="submit" className="only-heard" tabIndex={-1} aria-hidden="true" />
      </form>
    </Dialog>
  );
}
