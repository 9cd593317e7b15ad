/** Names and what they stand for: a list of facts. */

import type { ReactNode } from "react";
import "./facts.css";

export type Fact = { name: string; value: ReactNode };

export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className="facts">
      {facts.map((each) => (
        <div key={each.name}>
          <dt>{each.name}</dt>
          <dd>{each.value}</dd>
        </div>
      ))}
    </dl>
  );
}
