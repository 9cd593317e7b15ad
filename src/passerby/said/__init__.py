"""Finds the code of a sentence, so that the page can say it in other languages.

Sentences are written where something is decided, and pass through processes and the catalogue as text. Here each has a
code and the values in it; a test compares these with what the code says."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.said.channels import CHANNELS
from passerby.said.pictures import PICTURES
from passerby.said.refusals import REFUSALS
from passerby.said.reports import REPORTS, SYSTEM
from passerby.said.sentences import HOLE, Coded, Sentences
from passerby.said.sources import SOURCES
from passerby.said.upkeep import UPKEEP

__all__ = ["COMPOSED", "HOLE", "TEMPLATES", "Coded", "coded"]

COMPOSED = {
    "and": "{what:must}; {also:must}",
    "with-hint": "{what:must} ({hint:must})",
    "with-said-hint": "{what:must} (hint: {hint:must})",
}
"""Two sentences. They are tried first, and divided at the last place where that is possible."""
TEMPLATES: Mapping[str, str] = REFUSALS | PICTURES | SOURCES | UPKEEP | CHANNELS | REPORTS | SYSTEM | COMPOSED
"""By code. In braces are the names of values; `:may` and `:must` say that a value may or must itself have a code,
`:name` that it has no spaces."""

coded = Sentences(TEMPLATES, first=COMPOSED).coded
"""Of a sentence that the page shows."""
