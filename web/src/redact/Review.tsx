/** What somebody should check, one thing after the other: each is covered, or found to be nothing. */

import { useEffect, useRef } from "react";
import { texts } from "../texts";
import { Badge, Button, Panel } from "../ui";
import type { Box, Size } from "./box";
import { hiddenBy, placeOf } from "./doubts";
import type { Doubt } from "./report";
import { clock } from "./words";
import "./review.css";

const words = texts.redact.look;
/** More of them are a list that nobody reads; others follow when these are done. */
const MAX_SHOWN = 5;

type ReviewProps = {
  doubts: readonly Doubt[];
  dismissed: ReadonlySet<string>;
  boxes: readonly Box[];
  size: Size;
  /** The one that is outlined in the picture. */
  current: string | null;
  onGo: (doubt: Doubt) => void;
  onCover: (doubt: Doubt) => void;
  onDismiss: (doubt: Doubt, isDismissed: boolean) => void;
};

export function Review(props: ReviewProps) {
  const { doubts, dismissed, boxes, onGo, onCover, onDismiss } = props;
  const list = useRef<HTMLUListElement>(null);
  const wanted = useRef<string | null>(null);
  const isOpen = (doubt: Doubt) => !dismissed.has(doubt.id) && hiddenBy(doubt, boxes) < 0;
  const open = doubts.filter(isOpen);
  const done = doubts.filter((each) => !isOpen(each));

  useEffect(() => {
    // What was pressed is gone: whoever goes through the list with the keyboard goes on with the next.
    if (wanted.current === null) return;
    list.current?.querySelector<HTMLElement>(`[data-doubt="${wanted.current}"] button`)?.focus({ preventScroll: true });
    wanted.current = null;
  });

  const answer = (doubt: Doubt, how: () => void) => {
    const at = open.indexOf(doubt);
    const next = open[at + 1] ?? open[at - 1];
    how();
    if (!next) return;
    wanted.current = next.id;
    onGo(next);
  };
  return (
    <Panel title={words.title} about={open.length > 0 ? words.about : undefined}>
      {doubts.length === 0 && <p className="soft">{words.none}</p>}
      {doubts.length > 0 && (
        <p className="small" aria-live="polite">
          {open.length > 0 ? words.left(open.length, doubts.length) : words.allDone}
        </p>
      )}
      <ul className="review" ref={list}>
        {open.slice(0, MAX_SHOWN).map((doubt) => (
          <Entry key={doubt.id} doubt={doubt} props={props}>
            <div className="review-actions">
              <Button icon="cover" onClick={() => answer(doubt, () => onCover(doubt))}>
                {words.cover}
              </Button>
              <Button icon="check" onClick={() => answer(doubt, () => onDismiss(doubt, true))}>
                {words.nothing}
              </Button>
            </div>
          </Entry>
        ))}
      </ul>
      {open.length > MAX_SHOWN && <p className="soft small">{words.more(open.length - MAX_SHOWN)}</p>}
      {done.length > 0 && (
        <details className="review-done">
          <summary>{words.done(done.length)}</summary>
          <ul className="review">
            {done.map((doubt) => (
              <Entry key={doubt.id} doubt={doubt} props={props}>
                <Done doubt={doubt} props={props} />
              </Entry>
            ))}
          </ul>
        </details>
      )}
    </Panel>
  );
}

function Entry({ doubt, props, children }: { doubt: Doubt; props: ReviewProps; children: React.ReactNode }) {
  const { size, current, onGo } = props;
  const isCurrent = doubt.id === current;
  const where = placeOf(doubt.xyxy, size);
  const what = words.what[doubt.is_covered ? "covered" : "visible"][doubt.kind];
  return (
    <li data-doubt={doubt.id} className={isCurrent ? "is-current" : undefined}>
      <button
        type="button"
        className="review-go"
        aria-current={isCurrent || undefined}
        aria-label={words.go(clock(doubt.start_s), where, what)}
        onClick={() => onGo(doubt)}
      >
        <span className="small numbers soft">
          {words.span(clock(doubt.start_s), clock(doubt.end_s))} · {where}
        </span>
        <span>{what}</span>
      </button>
      {children}
    </li>
  );
}

function Done({ doubt, props }: { doubt: Doubt; props: ReviewProps }) {
  const box = hiddenBy(doubt, props.boxes);
  return (
    <div className="review-actions">
      {box >= 0 ? (
        <Badge tone="good" icon="cover">
          {words.coveredBy(box + 1)}
        </Badge>
      ) : (
        <>
          <Badge tone="calm" icon="check">
            {words.nothing}
          </Badge>
          <Button kind="quiet" onClick={() => props.onDismiss(doubt, false)}>
            {words.undo}
          </Button>
        </>
      )}
    </div>
  );
}
