/** Asks before what cannot be taken back. */

import type { ReactNode } from "react";
import { useChange } from "../api/use";
import { texts } from "../texts";
import { Button } from "./Button";
import { Dialog } from "./Dialog";
import { ProblemNote } from "./Notes";

type ConfirmProps = {
  title: string;
  /** What the button that goes on says. */
  does: string;
  children: ReactNode;
  onClose: () => void;
  /** Closes when it is through; what it throws is shown. */
  onConfirm: () => Promise<void>;
};

export function Confirm({ title, does, children, onClose, onConfirm }: ConfirmProps) {
  const { busy, problem, run } = useChange();
  const goOn = () =>
    run(async () => {
      await onConfirm();
      onClose();
    });
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{texts.ui.cancel}</Button>
          <Button kind="danger" busy={busy} onClick={goOn}>
            {does}
          </Button>
        </>
      }
    >
      <div className="stack">
        {children}
        <ProblemNote problem={problem} />
      </div>
    </Dialog>
  );
}
