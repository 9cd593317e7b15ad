/** Buttons under the pictures: play, speed, steps, zoom, the chosen range, and the time. */

import { type ReactNode, useSyncExternalStore } from "react";
import { texts } from "../texts";
import { Button, IconButton } from "../ui";
import { Clock } from "./Clock";
import type { Range } from "./draw";
import { Export, type Exported } from "./Export";
import { type Playback, RATES, type Rate } from "./playback";

type ControlsProps = {
  playback: Playback;
  cameras: readonly Exported[];
  range: Range | null;
  onRange: (range: Range | null) => void;
  onZoom: (factor: number) => void;
};

const SKIP_S = 10;
/** A range that was only begun. */
const FIRST_RANGE_S = 60;

export function Controls({ playback, cameras, range, onRange, onZoom }: ControlsProps) {
  const shown = useSyncExternalStore(playback.listen, playback.snapshot);
  const { atS, isPlaying, rate } = shown;
  const only = cameras.length === 1 ? cameras[0] : undefined;
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
      <Clock playback={playback} health={only ? (only.overview?.health ?? []) : null} />
      <Group label={texts.timeline.range}>
        <IconButton icon="zoomOut" label={texts.timeline.zoomOut} aria-keyshortcuts="-" onClick={() => onZoom(2)} />
        <IconButton icon="zoomIn" label={texts.timeline.zoomIn} aria-keyshortcuts="+" onClick={() => onZoom(0.5)} />
        <IconButton icon="bracketIn" label={texts.timeline.rangeIn} aria-keyshortcuts="i" onClick={setIn} />
        <IconButton icon="bracketOut" label={texts.timeline.rangeOut} aria-keyshortcuts="o" onClick={setOut} />
        <IconButton icon="cross" label={texts.timeline.noRange} disabled={!range} onClick={() => onRange(null)} />
        <Export key={`${range?.fromS} ${range?.toS}`} cameras={cameras} range={range} />
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
