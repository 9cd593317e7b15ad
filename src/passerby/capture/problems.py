"""Records what went wrong while a source was read. To keep the list short, a repeated problem extends its entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

ProblemKind = Literal["damaged", "lost", "timestamps", "truncated", "resized", "stopped", "streams"]

SAME_TROUBLE_S = 1.0  # two problems of one kind with a gap up to this long are reported as one


@dataclass(frozen=True, slots=True)
class SourceProblem:
    """One problem: its kind, start and end (seconds from the start of the source), number of frames, and a message."""

    kind: ProblemKind
    at_s: float
    message: str
    until_s: float
    count: int = 1


class ProblemLog:
    """Gathers the problems of one source. A broken file of any length gives a list of bounded size."""

    MAX_PROBLEMS = 1000

    def __init__(self) -> None:
        self.problems: list[SourceProblem] = []
        self._latest: dict[tuple[ProblemKind, str], int] = {}

    def note(self, kind: ProblemKind, at_s: float, message: str) -> None:
        """Adds a problem, or extends the latest one of this kind and message if it is near in time."""
        key = (kind, message)
        place = self._latest.get(key)
        full = len(self.problems) >= self.MAX_PROBLEMS
        if place is not None and (full or at_s - self.problems[place].until_s <= SAME_TROUBLE_S):
            known = self.problems[place]
            self.problems[place] = replace(known, until_s=max(known.until_s, at_s), count=known.count + 1)
            return
        if not full:
            self._latest[key] = len(self.problems)
            self.problems.append(SourceProblem(kind, at_s, message, at_s))
