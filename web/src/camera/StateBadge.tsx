/** How a camera is, as icon and word. */

import { texts, wordFor } from "../texts";
import { Badge, type IconName, sentence, type Tone } from "../ui";
import type { State } from "./cameras";

const LOOKS: Record<string, [Tone, IconName]> = {
  recording: ["good", "check"],
  learning: ["calm", "learn"],
  connecting: ["calm", "wait"],
  strained: ["warn", "warn"],
  covered: ["warn", "cover"],
  frozen: ["bad", "frozen"],
  looped: ["bad", "refresh"],
  obstructed: ["bad", "cover"],
  moved: ["bad", "warn"],
  blurred: ["warn", "warn"],
  dark: ["warn", "warn"],
  glare: ["warn", "warn"],
  collapsed: ["bad", "warn"],
  clock: ["warn", "warn"],
  silent: ["bad", "nothing"],
  failed: ["bad", "stop"],
  stopped: ["calm", "pause"],
  absent: ["warn", "nothing"],
  unknown: ["calm", "wait"],
  unseen: ["calm", "nothing"],
  off: ["calm", "off"],
};

export function toneOf(what: string): Tone {
  return (LOOKS[what] ?? ["warn"])[0];
}

/** Colour and sign. */
export function lookOf(state: { what: string } | undefined): [Tone, IconName] {
  return LOOKS[state?.what ?? "unknown"] ?? ["warn", "warn"]; // a word that this page does not know is not fine
}

export function wordOf(what: string): string {
  return wordFor(texts.states, what) ?? wordsOf(what);
}

/** A word of the API that this page does not know yet, as people write it. */
export function wordsOf(word: string): string {
  return sentence(word.replaceAll(/[-_:]+/g, " ")).slice(0, -1);
}

type BadgeProps = { state: (Partial<State> & { what: string }) | undefined };

/** state: undefined while it is not known yet. */
export function StateBadge({ state }: BadgeProps) {
  const what = state?.what ?? "unknown";
  const [tone, icon] = lookOf(state);
  const share = what === "learning" ? (state?.progress ?? null) : null;
  return (
    <Badge tone={tone} icon={icon}>
      {wordOf(what)}
      {share !== null && <span className="numbers"> {texts.ui.percent(share)}</span>}
    </Badge>
  );
}
