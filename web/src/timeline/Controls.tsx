/** Buttons under the pictures: play, speed, steps, zoom, the chosen range, and the time. */

import { type ReactNode, useSyncExternalStore } from "react";
import { addressOf } from "../api/client";
import { useMay } from "../app/session";
import { dateOf, lengthOf, nowS, ticksOf, timeOf, utcTimeOf } from "../media/times";
import { texts } from "../texts";
import { Button, Icon, IconButton } from "../ui";
import type { Range } from "./draw";
import { type Playback, RATES, type Rate } from "./playback";

type ControlsProps = {
  playback: Playback;
  cameras: readonly { name: string; title: string }[];
  range: Range | null;
  onRange: (range: Range | null) => void;
  onZoom: (factor: number) => void;
};

const SKIP_S = 10;
const DAY_S = 86400;
/** A range that was only begun. */
const FIRST_RANGE_S = 60;

export function Controls({ playback, cameras, range, onRange, onZoom }: ControlsProps) {
  const shown = useSyncExternalStore(playback.listen, playback.snapshot);
  const { atS, isPlaying, rate } = shown;
  const setIn = () => onRange({ fromS: atS, toS: range && range.toS > atS ? range.toS : atS + FIRST_RANGE_S });
  const setOut = () => onRange({ fromS: range && range.fromS < atS ? range.fromS : atS - FIRST_RANGE_S, toS: atS });
  return (
    <div className="controls">
      <Group label={texts.timeline.playing}>
        <IconButton
          icon="stepBack"
          label={texts.timeline.pictureBack}
          aria-keyshortcuts=","
          onClick={() => playback.stepPicture(false)}
        />
        <IconButton
          kind="primary"
          icon={isPlaying ? "pause" : "play"}
          label={isPlaying ? texts.timeline.pause : texts.timeline.play}
          aria-keyshortcuts="Space"
          onClick={() => playback.toggle()}
        />
        <IconButton
          icon="stepOn"
          label={texts.timeline.pictureOn}
          aria-keyshortcuts="."
          onClick={() => playback.stepPicture(true)}
        />
        <select
          className="input rate"
          aria-label={texts.timeline.speed}
          value={rate}
          onChange={(event) => playback.setRate(Number(event.target.value) as Rate)}
        >
          {RATES.map((each) => (
            <option key={each} value={each}>
              {texts.timeline.times(each)}
            </option>
          ))}
        </select>
        <Button icon="toNow" onClick={() => playback.toNow()}>
          {texts.timeline.now}
        </Button>
      </Group>
      <Clock atS={atS} onGoTo={(wantedS) => playback.goTo(wantedS)} />
      <Group label={texts.timeline.range}>
        <IconButton icon="zoomOut" label={texts.timeline.zoomOut} aria-keyshortcuts="-" onClick={() => onZoom(2)} />
        <IconButton icon="zoomIn" label={texts.timeline.zoomIn} aria-keyshortcuts="+" onClick={() => onZoom(0.5)} />
        <IconButton icon="bracketIn" label={texts.timeline.rangeIn} aria-keyshortcuts="i" onClick={setIn} />
        <IconButton icon="bracketOut" label={texts.timeline.rangeOut} aria-keyshortcuts="o" onClick={setOut} />
        {range && <IconButton icon="cross" label={texts.timeline.noRange} onClick={() => onRange(null)} />}
        <Exports cameras={cameras} range={range} />
      </Group>
    </div>
  );
}

export { SKIP_S };

function Group({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for forms
    <div className="row" role="group" aria-label={label}>
      {children}
    </div>
  );
}

function Clock({ atS, onGoTo }: { atS: number; onGoTo: (wantedS: number) => void }) {
  const local = new Date((atS - new Date(atS * 1000).getTimezoneOffset() * 60) * 1000).toISOString().slice(0, 16);
  return (
    <div className="clock">
      <span className="clock-time numbers">{timeOf(atS)}</span>
      <span className="soft small numbers">
        {dateOf(atS)} · {utcTimeOf(atS)}
      </span>
      <label className="clock-pick" title={texts.timeline.pick}>
        <Icon name="calendar" size={18} />
        <span className="only-heard">{texts.timeline.pick}</span>
        <input
          type="datetime-local"
          value={local}
          onChange={(event) => {
            const wantedMs = new Date(event.target.value).getTime();
            if (Number.isFinite(wantedMs)) onGoTo(Math.min(wantedMs / 1000, nowS()));
          }}
        />
      </label>
    </div>
  );
}

type ExportsProps = { cameras: ControlsProps["cameras"]; range: Range | null };

/** A link for each camera: the browser itself saves what comes, however long. */
function Exports({ cameras, range }: ExportsProps) {
  const may = useMay();
  if (!may("recording:export")) return null;
  if (!range) {
    return (
      <Button icon="download" disabled title={texts.timeline.exportHint}>
        {texts.timeline.export}
      </Button>
    );
  }
  const lengthS = range.toS - range.fromS;
  if (lengthS > DAY_S) {
    return (
      <Button icon="download" disabled>
        {texts.timeline.tooLong}
      </Button>
    );
  }
  const query = { from_90k: ticksOf(range.fromS), to_90k: ticksOf(range.toS) };
  return cameras.map(({ name, title }) => (
    <a
      key={name}
      className="button primary"
      download
      href={addressOf("/api/cameras/{camera}/timeline/export.mp4", { path: { camera: name }, query })}
    >
      <Icon name="download" size={18} />
      <span>
        {cameras.length > 1 ? texts.timeline.exportOf(title) : texts.timeline.exportLength(lengthOf(lengthS))}
      </span>
    </a>
  ));
}
