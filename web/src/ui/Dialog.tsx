/** What has to be answered before going on. The browser keeps the keyboard within it and Escape closes it. */

import { type ReactNode, useEffect, useId, useRef } from "react";
import { texts } from "../texts";
import { ToolButton } from "./Button";

type DialogProps = { title: string; onClose: () => void; children: ReactNode; actions?: ReactNode; isWide?: boolean };

/** Shown while it is rendered. actions: buttons, the one that goes on last. */
export function Dialog({ title, onClose, children, actions, isWide = false }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      focusAgain(before);
    };
  }, []);
  return (
    <dialog
      ref={ref}
      className={isWide ? "dialog wide" : "dialog"}
      aria-labelledby={id}
      onCancel={(event) => {
        if (event.target !== event.currentTarget) return; // of a file's chooser in it, where nothing new was chosen
        event.preventDefault();
        onClose();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <ToolButton icon="cross" word={texts.ui.close} onClick={onClose} />
      </header>
      <div className="dialog-body">{children}</div>
      {actions && <footer>{actions}</footer>}
    </dialog>
  );
}

/** By hand: the dialog is out of the page already, where the browser gives nothing back. */
function focusAgain(before: Element | null): void {
  // What was pressed may be gone with what it removed.
  const found = before?.isConnected ? before : document.getElementById("content");
  if (found instanceof HTMLElement) found.focus();
}
