/** Where a file is dropped or chosen, with what can be said about it, and how much of it was sent. */

import { type DragEvent, useRef, useState } from "react";
import { Problem, type Schemas, send } from "../api/client";
import { useChange } from "../api/use";
import { goTo, hashOf } from "../app/routes";
import { texts } from "../texts";
import { Button, Check, Icon, Panel, ProblemNote, Progress, Segmented, useToast } from "../ui";
import { inBytes } from "./words";

type Mode = Schemas["RedactionShown"]["mode"];
type Shape = Schemas["RedactionShown"]["shape"];
type Hide = Schemas["Hide"];
type Options = { mode: Mode; shape: Shape; hide: readonly Hide[] };

const MODES: readonly Mode[] = ["auto", "reveal", "cover"];
const SHAPES: readonly Shape[] = ["rounded", "outline"];
const HIDES: readonly Hide[] = ["people", "faces", "plates", "vehicles"];
const words = texts.redact;

export function Intake({ mostBytes, keepS }: { mostBytes: number; keepS: number }) {
  const [options, setOptions] = useState<Options>({
    mode: "auto",
    shape: "rounded",
    hide: ["people", "faces", "plates"],
  });
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const [isOver, setIsOver] = useState(false);
  const stop = useRef<AbortController | null>(null);
  const chooser = useRef<HTMLInputElement>(null);
  const { busy, problem, run } = useChange();
  const toast = useToast();

  const bring = (files: FileList | null) => {
    const file = files?.[0];
    if (files && files.length > 1) toast(words.onlyOne);
    if (!file || busy || options.hide.length === 0) return;
    run(async () => {
      if (file.size > mostBytes) throw new Problem(413, words.tooLarge(inBytes(mostBytes)), words.tooLargeHint);
      stop.current = new AbortController();
      setSending({ name: file.name, share: 0 });
      try {
        const made = await send("/api/redactions", {
          query: { name: file.name, mode: options.mode, shape: options.shape, hide: [...options.hide] },
          file,
          onSent: (share) => setSending({ name: file.name, share }),
          signal: stop.current.signal,
        });
        goTo(hashOf(["redact", made.id]));
      } catch (error) {
        if (!stop.current.signal.aborted) throw error;
      } finally {
        setSending(null);
      }
    });
  };

  const dragged = (event: DragEvent, isHere: boolean) => {
    event.preventDefault();
    setIsOver(isHere);
  };

  return (
    <Panel>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is for the mouse; the button in it is for all */}
      <div
        className={isOver ? "drop is-over" : "drop"}
        onDragOver={(event) => dragged(event, true)}
        onDragLeave={(event) => dragged(event, false)}
        onDrop={(event) => {
          dragged(event, false);
          bring(event.dataTransfer.files);
        }}
      >
        {sending ? (
          <div className="drop-sending" aria-live="polite">
            <strong>{words.sending(sending.name)}</strong>
            <Progress label={words.sending(sending.name)} share={sending.share} />
            <Button icon="cross" onClick={() => stop.current?.abort()}>
              {words.stop}
            </Button>
          </div>
        ) : (
          <>
            <Icon name="redact" size={36} />
            <strong>{words.drop}</strong>
            <Button
              kind="primary"
              icon="plus"
              disabled={options.hide.length === 0}
              onClick={() => chooser.current?.click()}
            >
              {words.choose}
            </Button>
            <span className="soft small">{words.most(inBytes(mostBytes))}</span>
          </>
        )}
        <input
          ref={chooser}
          type="file"
          className="only-heard"
          tabIndex={-1}
          aria-label={words.choose}
          accept="video/*,image/*,.heic,.heif,.avif,.insv,.dav"
          onChange={(event) => {
            bring(event.target.files);
            event.target.value = "";
          }}
        />
      </div>
      <ProblemNote problem={problem} />
      <OptionFields options={options} onChange={setOptions} />
      <p className="soft small">{words.memory(Math.round(keepS / 60))}</p>
    </Panel>
  );
}

function OptionFields({ options, onChange }: { options: Options; onChange: (options: Options) => void }) {
  const { mode, shape, hide } = options;
  const without = (kind: Hide) => hide.filter((each) => each !== kind);
  return (
    <div className="redact-options">
      <div className="stack">
        <strong>{words.mode}</strong>
        <Segmented
          label={words.mode}
          value={mode}
          choices={MODES.map((value) => ({ value, label: words.modes[value] }))}
          onChange={(value) => onChange({ ...options, mode: value })}
        />
        <span className="soft small">{words.modeHints[mode]}</span>
      </div>
      <div className="stack">
        <strong>{words.shape}</strong>
        <Segmented
          label={words.shape}
          value={shape}
          choices={SHAPES.map((value) => ({ value, label: words.shapes[value] }))}
          onChange={(value) => onChange({ ...options, shape: value })}
        />
        {shape === "outline" && <span className="soft small">{words.outlineHint}</span>}
      </div>
      <fieldset className="redact-hides">
        <legend>
          <strong>{words.hide}</strong>
        </legend>
        {HIDES.map((kind) => (
          <Check
            key={kind}
            label={words.hides[kind]}
            checked={hide.includes(kind)}
            hint={kind === "people" && !hide.includes(kind) ? words.hidePeopleHint : undefined}
            onChange={(isOn) => onChange({ ...options, hide: isOn ? [...without(kind), kind] : without(kind) })}
          />
        ))}
        {hide.length === 0 && <span className="field-problem small">{words.hideNothing}</span>}
      </fieldset>
    </div>
  );
}
