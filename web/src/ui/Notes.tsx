/** What is said where there is nothing to show: nothing yet, not loaded yet, gone wrong. And marks with icon and word. */

import { type ReactNode, useEffect, useRef } from "react";
import { Problem } from "../api/client";
import { texts } from "../texts";
import { Button } from "./Button";
import { Icon, type IconName } from "./Icon";

export type Tone = "good" | "warn" | "bad" | "calm";

/** A mark: icon and word, so that colour is never the only sign. */
export function Badge({ tone, icon, children }: { tone: Tone; icon: IconName; children: ReactNode }) {
  return (
    <span className={`badge ${tone}`}>
      <Icon name={icon} size={14} />
      <span className="badge-words">{children}</span>
    </span>
  );
}

type EmptyProps = { icon: IconName; title: string; isPage?: boolean; children?: ReactNode; action?: ReactNode };

/** Where there is nothing: says why, and what to do about it. isPage: nothing else is on the page, so this is its heading. */
export function Empty({ icon, title, isPage, children, action }: EmptyProps) {
  const Heading = isPage ? "h1" : "h2";
  return (
    <div className="empty">
      <Icon name={icon} size={36} />
      <Heading>{title}</Heading>
      {children && <p className="soft">{children}</p>}
      {action}
    </div>
  );
}

/** What went wrong, in the API's own words. onAgain: what to try again. In a dialog it is brought into sight, which may be
 *  far from the button that was pressed; elsewhere what is asked again and again would pull the page about. */
export function ProblemNote({ problem, onAgain }: { problem: Error | null; onAgain?: () => void }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problem && ref.current?.closest("dialog")) ref.current.scrollIntoView({ block: "nearest" });
  }, [problem]);
  if (!problem) return null;
  const hint = problem instanceof Problem ? problem.hint : null;
  return (
    <div ref={ref} className="note bad" role="alert">
      <Icon name="warn" size={18} />
      <div>
        <strong>{sentence(problem.message)}</strong>
        {hint && <div>{sentence(hint)}</div>}
      </div>
      {onAgain && <Button onClick={onAgain}>{texts.ui.again}</Button>}
    </div>
  );
}

export function Note({ tone, icon, children }: { tone: Tone; icon: IconName; children: ReactNode }) {
  return (
    <div className={`note ${tone}`}>
      <Icon name={icon} size={18} />
      <div>{children}</div>
    </div>
  );
}

/** share: 0..1; null: how far it is, is not known. */
export function Progress({ label, share }: { label: string; share: number | null }) {
  return (
    <div className="progress">
      <progress aria-label={label} max={1} {...(share === null ? {} : { value: share })} />
      {share !== null && <span className="numbers small">{texts.ui.percent(share)}</span>}
    </div>
  );
}

/** Keeps the place of what is being loaded, so that nothing jumps. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div className="skeleton" aria-busy="true">
      <span className="only-heard">{texts.ui.loading}</span>
      {Array.from({ length: lines }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are all the same
        <div key={index} />
      ))}
    </div>
  );
}

/** The API's sentences begin small and end without a full stop, to fit after a colon. */
export function sentence(said: string): string {
  const first = said.charAt(0).toUpperCase() + said.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
