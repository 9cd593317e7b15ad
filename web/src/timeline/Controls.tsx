/** Buttons under the pictures: play, speed, steps, zoom, the chosen range, and the time. */

import { type ReactNode, useSyncExternalStore } from "react";
import { texts } from "../texts";
import { ToolButton } from "../ui";
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
  const { words } = texts.timeline;
  const only = cameras.length === 1 ? cameras[0] : undefined;
  const setIn = () => onRange({ fromS: atS, toS: range && range.toS > atS ? range.toS : atS + FIRST_RANGE_S });
  const setOut = () => onRange({ fromS: range && range.fromS < atS ? range.fromS : atS - FIRST_RANGE_S, toS: atS });
  return (
    <div className="controls">
      <Group label={texts.timeline.playing}>
        <ToolButton
          icon="stepBack"
          word={words.pictureBack}
          label={texts.timeline.pictureBack}
          aria-keyshortcuts=","
          onClick={() => playback.stepPicture(false)}
        />
        <ToolButton
          kind="primary"
          icon={isPlaying ? "pause" : "play"}
          word={isPlaying ? texts.timeline.pause : texts.timeline.play}
          aria-keyshortcuts="Space"
          onClick={() => playback.toggle()}
        />
        <ToolButton
          icon="stepOn"
          word={words.pictureOn}
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
        <ToolButton icon="toNow" word={texts.timeline.now} onClick={() => playback.toNow()} />
      </Group>
      <Clock playback={playback} health={only ? (only.overview?.health ?? []) : null} />
      <Group label={texts.timeline.range}>
        <ToolButton
          icon="spanMore"
          word={words.spanMore}
          label={texts.timeline.spanMore}
          aria-keyshortcuts="-"
          onClick={() => onZoom(2)}
        />
        <ToolButton
          icon="spanLess"
          word={words.spanLess}
          label={texts.timeline.spanLess}
          aria-keyshortcuts="+"
          onClick={() => onZoom(0.5)}
        />
        <ToolButton
          icon="bracketIn"
          word={words.rangeIn}
          label={texts.timeline.rangeIn}
          aria-keyshortcuts="i"
          onClick={setIn}
        />
        <ToolButton
          icon="bracketOut"
          word={words.rangeOut}
          label={texts.timeline.rangeOut}
          aria-keyshortcuts="o"
          onClick={setOut}
        />
        <ToolButton
          icon="cross"
          word={words.noRange}
          label={texts.timeline.noRange}
          disabled={!range}
          onClick={() => onRange(null)}
        />
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
