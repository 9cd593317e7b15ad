/** How often a rule was right, as those say who looked at its events; and what to do if that is seldom. */

import type { Schemas } from "../api/client";
import { texts } from "../texts";
import { Note } from "../ui";

/** Fewer say nothing of a rule. */
const ENOUGH = 10;
const GOOD_SHARE = 0.8;

type PrecisionProps = {
  precision: Schemas["RulePrecision"] | undefined;
  isOfCamera?: boolean;
  /** Where that can be changed. */
  href?: string | undefined;
};

export function Precision({ precision, isOfCamera = false, href }: PrecisionProps) {
  const { right = 0, false: wrong = 0 } = precision ?? {};
  const count = right + wrong;
  if (!count) return null;
  if (count < ENOUGH) return <p className="soft small">{texts.events.precisionFew(count)}</p>;
  const share = right / count;
  const words = texts.events.precision(texts.ui.percent(share), count);
  if (share >= GOOD_SHARE) return <p className="soft small">{words}</p>;
  return (
    <Note tone="warn" icon="warn">
      <strong>{words}</strong>
      <div>{isOfCamera ? texts.events.suggestionOfCamera : texts.events.suggestion}</div>
      {href && <a href={href}>{isOfCamera ? texts.nav.health : texts.events.editRule}</a>}
    </Note>
  );
}
