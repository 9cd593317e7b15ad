/** One rule that is being made or changed: its shapes on the picture, its values beside it, undo and redo. */

import { type FormEvent, type KeyboardEvent, type ReactNode, useState } from "react";
import { post, put, type Schemas } from "../api/client";
import { useChange } from "../api/use";
import { draftOf, dropDraft, useDraft } from "../app/drafts";
import type { Size } from "../redact/box";
import { texts } from "../texts";
import { Button, Confirm, Note, Panel, ProblemNote, ToolButton, useToast } from "../ui";
import { Canvas, canRemove, type Picked, shapesOf } from "./Canvas";
import { isRectangle } from "./ground";
import { InViewLayer, InViewWords, useInView } from "./InViewLayer";
import { drawnOf, groundSizeOf, type Shown, type Values, wordsOf } from "./kinds";
import { groundAreaOf, problemsOf, RuleFields } from "./RuleFields";
import { crossesItself, isClosed, isTooSmall, type Points, type Shape } from "./shape";
import { TryPanel } from "./TryPanel";
import { useHistory } from "./useHistory";

const words = texts.rules;
/** As in config/rule.py. */
const SMALLEST_AREA_M2 = 1;

/** was: null for a new rule. */
export type Begun = { was: Shown | null; values: Values; isEnabled: boolean };

export const draftKey = (camera: string) => `rule ${camera}`;

type EditorProps = {
  camera: string;
  begun: Begun;
  /** All of the camera. */
  rules: readonly Shown[];
  size: Size;
  picture: ReactNode;
  age: ReactNode;
  onSaved: () => void;
  onClose: () => void;
};

export function RuleEditor({ camera, begun, rules, size, picture, age, onSaved, onClose }: EditorProps) {
  const { was } = begun;
  const [isKept] = useState(() => draftOf<Begun>(draftKey(camera)) !== undefined);
  const { now: values, set, undo, redo } = useHistory(begun.values);
  const [picked, setPicked] = useState<Picked | null>(null);
  const [isLeaving, setIsLeaving] = useState(false);
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const seen = useInView(camera);
  const isChanged = JSON.stringify(values) !== JSON.stringify(was?.rule ?? begun.values) || (isKept && !was);
  useDraft(draftKey(camera), isChanged ? { ...begun, values } : null);

  const others = rules.filter((each) => each.rule.name !== was?.rule.name);
  const problems = problemsOf(values, others);
  const wrong = shapeProblem(values);
  const close = () => {
    dropDraft(draftKey(camera));
    onClose();
  };
  const save = (event: FormEvent) => {
    event.preventDefault();
    if (wrong || Object.keys(problems).length > 0) return;
    run(async () => {
      const rule = { ...values, name: values.name.trim() } as unknown as Schemas["RuleChange"]["rule"];
      const body = { rule, is_enabled: begun.isEnabled };
      if (was) await put("/api/cameras/{camera}/rules/{rule}", { path: { camera, rule: was.rule.name }, body });
      else await post("/api/cameras/{camera}/rules", { path: { camera }, body });
      toast(was ? words.changed(rule.name) : words.added(rule.name));
      onSaved();
      close();
    });
  };
  const pressed = (event: KeyboardEvent) => {
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement;
    if (isTyping || !(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    const step = key === "z" ? (event.shiftKey ? redo : undo) : key === "y" ? redo : null;
    if (!step) return;
    event.preventDefault();
    step();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: keys of what is in it
    <div className="rules-layout" onKeyDown={pressed}>
      <div className="rules-drawing">
        <Canvas
          size={size}
          others={others.map(drawnOf)}
          drawn={{
            values,
            isWrong: wrong !== null,
            picked,
            onPick: setPicked,
            onShape: (shape, points, group) => set({ ...values, [shape]: points }, group),
          }}
        >
          {picture}
          <InViewLayer boxes={seen.boxes} values={values} size={size} />
        </Canvas>
        <div className="rules-below">
          <InViewWords seen={seen} values={values} />
          {age}
        </div>
        <Tools values={values} set={set} picked={picked} onPick={setPicked} undo={undo} redo={redo} />
        <p className="small soft">{words.draw.how}</p>
        <div role="status">
          {wrong && (
            <Note tone="bad" icon="warn">
              {wrong}
            </Note>
          )}
        </div>
      </div>
      <div className="stack">
        <Panel title={was ? words.edit(was.rule.name) : wordsOf(values.kind).label} about={wordsOf(values.kind).about}>
          <form className="stack" onSubmit={save} noValidate>
            {isKept && (
              <Note tone="warn" icon="warn">
                {words.begun}
              </Note>
            )}
            <RuleFields
              values={values}
              problems={problems}
              set={(change, group) => set({ ...values, ...change }, group)}
            />
            <ProblemNote problem={problem} />
            <div className="row">
              <Button
                kind="primary"
                type="submit"
                busy={busy}
                disabled={wrong !== null || Object.keys(problems).length > 0 || (was !== null && !isChanged)}
              >
                {was ? words.saveChange : words.save}
              </Button>
              <Button onClick={() => (isChanged ? setIsLeaving(true) : close())}>{texts.ui.cancel}</Button>
            </div>
          </form>
        </Panel>
        <TryPanel camera={camera} values={values} isRight={wrong === null && Object.keys(problems).length === 0} />
      </div>
      {isLeaving && (
        <Confirm
          title={words.discardTitle}
          does={words.discard}
          onClose={() => setIsLeaving(false)}
          onConfirm={async () => close()}
        >
          <p>{words.discardAbout}</p>
        </Confirm>
      )}
    </div>
  );
}

type ToolsProps = {
  values: Values;
  set: (values: Values, group: string | null) => void;
  picked: Picked | null;
  onPick: (picked: Picked | null) => void;
  undo: (() => void) | null;
  redo: (() => void) | null;
};

function Tools({ values, set, picked, onPick, undo, redo }: ToolsProps) {
  const shapes = Object.fromEntries(shapesOf(values)) as Partial<Record<Shape, Points>>;
  const turned = shapes.line ? "line" : shapes.arrow ? "arrow" : null;
  const corners = shapes.zone;
  return (
    <div className="rules-tools row">
      <ToolButton icon="undo" word={words.draw.undo} disabled={!undo} onClick={() => undo?.()} />
      <ToolButton icon="redo" word={words.draw.redo} disabled={!redo} onClick={() => redo?.()} />
      {turned && (
        <Button icon="swap" onClick={() => set({ ...values, [turned]: (shapes[turned] ?? []).toReversed() }, null)}>
          {words.draw.turn[turned]}
        </Button>
      )}
      {corners && (
        <Button
          icon="trash"
          disabled={picked?.shape !== "zone" || !canRemove("zone", corners)}
          onClick={() => {
            if (picked) set({ ...values, zone: corners.toSpliced(picked.index, 1) }, null);
            onPick(null);
          }}
        >
          {words.draw.removeCorner}
        </Button>
      )}
    </div>
  );
}

function shapeProblem(values: Values): string | null {
  for (const [shape, points] of shapesOf(values)) {
    if (shape === "zone" && crossesItself(points)) return words.draw.crosses;
    if (shape === "zone" && isTooSmall(points)) return words.draw.tooSmall;
    if (shape === "ground" && !isRectangle(points)) return words.draw.noRectangle;
    if (!isClosed(shape) && String(points[0]) === String(points[1])) return words.draw.noLength;
  }
  if (!Array.isArray(values.ground) || Math.min(...groundSizeOf(values)) <= 0) return null;
  const area = groundAreaOf(values);
  if (area === null) return words.draw.tooFar;
  return area < SMALLEST_AREA_M2 ? words.draw.underOneMetre : null;
}
