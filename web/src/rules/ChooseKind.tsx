/** Which kind of rule: each with a sketch and a sentence. */

import { texts } from "../texts";
import { Dialog } from "../ui";
import { KINDS, wordsOf } from "./kinds";
import { Sketch } from "./Sketch";

export function ChooseKind({ onChoose, onClose }: { onChoose: (kind: string) => void; onClose: () => void }) {
  return (
    <Dialog title={texts.rules.choose} isWide onClose={onClose}>
      <ul className="rule-kinds">
        {Object.entries(KINDS).map(([kind, { shapes }]) => {
          const { label, about } = wordsOf(kind);
          return (
            <li key={kind}>
              <button type="button" className="rule-kind" onClick={() => onChoose(kind)}>
                <Sketch kind={kind} shapes={shapes} />
                <span>
                  <strong>{label}</strong>
                  <span className="soft small">{about}</span>
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </Dialog>
  );
}
