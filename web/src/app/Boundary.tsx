/** Says what is wrong where a section could not be loaded or shown, instead of an empty page. */

import { Component, type ReactNode } from "react";
import { Problem } from "../api/client";
import { texts } from "../texts";
import { ProblemNote } from "../ui";

type BoundaryProps = { children: ReactNode };

/** To be given a key, so that another section begins without what was wrong with the one before. */
export class Boundary extends Component<BoundaryProps, { problem: Problem | null }> {
  override state = { problem: null };

  static getDerivedStateFromError(error: unknown) {
    return { problem: error instanceof Problem ? error : new Problem(0, texts.problems.mistake) };
  }

  override render() {
    if (!this.state.problem) return this.props.children;
    return <ProblemNote problem={this.state.problem} onAgain={() => location.reload()} />;
  }
}
