/** A sentence that says what has just happened, and goes by itself. What must be read belongs elsewhere. */

import { createContext, type ReactNode, useCallback, useContext, useEffect, useRef, useState } from "react";
import { Icon } from "./Icon";

const SHOWN_MS = 5000;

type Kind = "good" | "bad";
type Shown = { id: number; kind: Kind; says: string };

const Context = createContext<(says: string, kind?: Kind) => void>(() => {});

/** A function that shows a sentence. */
export function useToast() {
  return useContext(Context);
}

export function Toasts({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown[]>([]);
  const show = useCallback((says: string, kind: Kind = "good") => {
    const id = Math.random();
    setShown((before) => [...before, { id, kind, says }]);
    window.setTimeout(() => setShown((before) => before.filter((each) => each.id !== id)), SHOWN_MS);
  }, []);
  const layer = useRef<HTMLOutputElement>(null);
  const newest = shown.at(-1)?.id;
  // Shown anew it is above all else, also a dialog and what that dims.
  useEffect(() => {
    const it = layer.current;
    if (!it?.showPopover) return;
    it.hidePopover();
    if (newest !== undefined) it.showPopover();
  }, [newest]);
  return (
    <Context value={show}>
      {children}
      <output ref={layer} className="toasts" popover="manual">
        {shown.map((each) => (
          <div key={each.id} className={`toast ${each.kind}`}>
            <Icon name={each.kind === "good" ? "check" : "warn"} size={18} />
            {each.says}
          </div>
        ))}
      </output>
    </Context>
  );
}
