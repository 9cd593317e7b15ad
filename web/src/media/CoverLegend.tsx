/** What the colours of covers mean, in one quiet line beside pictures. */

import { texts } from "../texts";
import "./cover-legend.css";

/** Those that cameras have, the most frequent first; what is covered by hand is in files only. */
const KINDS = ["person", "motion", "face", "vehicle", "plate", "whole"] as const;

export function CoverLegend() {
  return (
    <div className="cover-legend small soft">
      <span aria-hidden="true">{texts.covers.label}</span>
      <ul aria-label={texts.covers.legend}>
        {KINDS.map((each) => (
          <li key={each}>
            <span className={`cover-swatch ${each}`} aria-hidden="true" />
            {texts.covers.kinds[each]}
          </li>
        ))}
      </ul>
    </div>
  );
}
