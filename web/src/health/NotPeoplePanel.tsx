/** "This is not a person": boxes around posters, statues and screens of one camera, and a way to draw another. */

import { useState } from "react";
import { get, remove, type Schemas } from "../api/client";
import { useAsked, useChange } from "../api/use";
import { useMay } from "../app/session";
import type { Camera } from "../camera/cameras";
import { texts } from "../texts";
import { Button, Note, Panel, ProblemNote, ToolButton, useToast, When } from "../ui";
import { NotPersonEditor } from "./NotPersonEditor";
import "./not-people.css";

type NotPerson = Schemas["NotPersonShown"];

const words = texts.notPeople;

export function NotPeoplePanel({ camera, isRecorded }: { camera: Camera; isRecorded: boolean }) {
  const may = useMay();
  const mayChange = may("not-people:change");
  const path = { camera: camera.name };
  const asked = useAsked(
    (signal) => get("/api/cameras/{camera}/not-people", { path, signal }),
    `not-people ${camera.name}`,
  );
  const [isDrawing, setIsDrawing] = useState(false);
  const boxes = asked.answer ?? [];
  if (!mayChange && boxes.length === 0) return <ProblemNote problem={asked.problem} onAgain={asked.again} />;
  const canDraw = mayChange && may("still:see") && isRecorded;
  return (
    <Panel
      title={words.title}
      about={words.about}
      actions={
        canDraw &&
        !isDrawing && (
          <Button icon="edit" onClick={() => setIsDrawing(true)}>
            {words.draw}
          </Button>
        )
      }
    >
      <div className="stack">
        <ProblemNote problem={asked.problem} onAgain={asked.again} />
        {camera.mode === "cover" && (
          <Note tone="calm" icon="about">
            {words.onlyReveal}
          </Note>
        )}
        {mayChange && !may("still:see") && (
          <Note tone="calm" icon="about">
            {words.noPictures}
          </Note>
        )}
        {isDrawing && canDraw && (
          <NotPersonEditor
            camera={camera.name}
            boxes={boxes}
            onSaved={asked.again}
            onClose={() => setIsDrawing(false)}
          />
        )}
        {asked.answer && boxes.length === 0 && !isDrawing && <p className="soft">{words.none}</p>}
        {boxes.length > 0 && (
          <ol className="not-people">
            {boxes.map((each, index) => (
              <Row
                key={each.id}
                camera={camera.name}
                box={each}
                number={index + 1}
                mayChange={mayChange}
                onRemoved={asked.again}
              />
            ))}
          </ol>
        )}
      </div>
    </Panel>
  );
}

type RowProps = { camera: string; box: NotPerson; number: number; mayChange: boolean; onRemoved: () => void };

function Row({ camera, box, number, mayChange, onRemoved }: RowProps) {
  const { busy, problem, run } = useChange();
  const toast = useToast();
  const drop = () =>
    run(async () => {
      await remove("/api/cameras/{camera}/not-people/{id}", { path: { camera, id: box.id } });
      toast(words.removed);
      onRemoved();
    });
  return (
    <li>
      <div className="not-people-row">
        <strong>{words.box(number)}</strong>
        <span className="small">
          {words.place(
            percent(box.left),
            percent(box.top),
            percent(box.right - box.left),
            percent(box.bottom - box.top),
          )}
        </span>
        <span className="soft small">
          {words.by(box.who)} <When at90k={box.at_90k} />
        </span>
        {mayChange && (
          <ToolButton icon="trash" word={texts.ui.remove} label={words.remove(number)} disabled={busy} onClick={drop} />
        )}
      </div>
      <ProblemNote problem={problem} />
    </li>
  );
}

const percent = (share: number) => Math.round(share * 100);
