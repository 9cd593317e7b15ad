/** What the strip's bars mean, as they are drawn there: they differ in height, not in colour alone. */

import { texts } from "../texts";

const KINDS = ["moved", "event", "gap", "calm", "warn", "bad"] as const;

export function Legend() {
  return (
    <ul className="legend small soft" aria-label={texts.timeline.legend}>
      {KINDS.map((each) => (
        <li key={each}>
          <span className={`swatch ${each}`} aria-hidden="true" />
          {texts.timeline.kinds[each]}
        </li>
      ))}
    </ul>
  );
}
