/** Saves a choice of cameras under a name, and removes saved ones. */

import { useState } from "react";
import { type Camera, titleOf } from "../camera/cameras";
import { texts } from "../texts";
import { Button, Check, Dialog, ProblemNote, TextField } from "../ui";
import { type Layouts, MAX_LAYOUTS } from "./layouts";

type DialogProps = { layouts: Layouts; cameras: Camera[]; shown: Camera[]; onClose: () => void };

const LONGEST_NAME = 60;

/** shown: what is chosen at first. */
export function LayoutsDialog({ layouts, cameras, shown, onClose }: DialogProps) {
  const [name, setName] = useState(layouts.chosen?.name ?? "");
  const [names, setNames] = useState(() => new Set(shown.map((each) => each.name)));
  const change = (camera: string, isIn: boolean) => {
    const next = new Set(names);
    if (isIn) next.add(camera);
    else next.delete(camera);
    setNames(next);
  };
  const trimmed = name.trim();
  const isReplaced = layouts.layouts.some((each) => each.name === trimmed);
  const isFull = !isReplaced && layouts.layouts.length >= MAX_LAYOUTS;
  const save = () => {
    if (!trimmed || !names.size) return;
    const chosen = cameras.map((each) => each.name).filter((each) => names.has(each));
    layouts.save({ name: trimmed, cameras: chosen, count: layouts.count }, onClose);
  };
  return (
    <Dialog
      title={texts.live.layouts.title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{texts.ui.cancel}</Button>
          <Button kind="primary" busy={layouts.busy} disabled={!trimmed || !names.size || isFull} onClick={save}>
            {isReplaced ? texts.live.layouts.replace : texts.live.layouts.save}
          </Button>
        </>
      }
    >
      <div className="stack">
        <p className="soft">{texts.live.layouts.about}</p>
        <ProblemNote problem={layouts.problem} />
        {layouts.layouts.length > 0 && (
          <ul className="layouts">
            {layouts.layouts.map((each) => (
              <li key={each.name}>
                <strong>{each.name}</strong>
                <Button
                  icon="trash"
                  aria-label={texts.live.layouts.removeThis(each.name)}
                  onClick={() => layouts.remove(each.name)}
                >
                  {texts.live.layouts.remove}
                </Button>
              </li>
            ))}
          </ul>
        )}
        <TextField
          label={texts.live.layouts.name}
          value={name}
          maxLength={LONGEST_NAME}
          autoComplete="off"
          problem={isFull ? texts.live.layouts.full(MAX_LAYOUTS) : null}
          onChange={setName}
        />
        <div>
          {cameras.map((each) => (
            <Check
              key={each.name}
              label={titleOf(each)}
              checked={names.has(each.name)}
              onChange={(isIn) => change(each.name, isIn)}
            />
          ))}
        </div>
      </div>
    </Dialog>
  );
}
