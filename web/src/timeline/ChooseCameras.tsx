/** Which cameras are looked at together. */

import { useState } from "react";
import { type Camera, titleOf } from "../camera/cameras";
import { texts } from "../texts";
import { Button, Check, Dialog } from "../ui";

type ChooseProps = {
  cameras: Camera[];
  chosen: readonly string[];
  onClose: () => void;
  onChoose: (names: string[]) => void;
};

export const MAX_TOGETHER = 16;

export function ChooseCameras({ cameras, chosen, onClose, onChoose }: ChooseProps) {
  const [names, setNames] = useState(new Set(chosen));
  const isFull = names.size >= MAX_TOGETHER;
  const change = (name: string, isIn: boolean) => {
    const next = new Set(names);
    if (isIn) next.add(name);
    else next.delete(name);
    setNames(next);
  };
  return (
    <Dialog
      title={texts.timeline.choose}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{texts.ui.cancel}</Button>
          <Button
            kind="primary"
            disabled={names.size === 0}
            onClick={() => onChoose(cameras.map((each) => each.name).filter((each) => names.has(each)))}
          >
            {texts.timeline.show(names.size)}
          </Button>
        </>
      }
    >
      {cameras.map((each) => (
        <Check
          key={each.name}
          label={titleOf(each)}
          checked={names.has(each.name)}
          disabled={isFull && !names.has(each.name)}
          onChange={(isIn) => change(each.name, isIn)}
        />
      ))}
    </Dialog>
  );
}
