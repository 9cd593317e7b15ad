"""Finds which template a sentence was made from, and the values in it."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

HOLE = re.compile(r"\{(\w+)(?::(may|must|name))?\}")
_LONGEST, _DEEPEST = 600, 4  # a camera may send text that is in a sentence, and it must not take long
_REMEMBERED = 4096  # the history of cameras repeats a few sentences


@dataclass(frozen=True, slots=True)
class Coded:
    """What a sentence says: its code, and the values in it."""

    code: str
    params: Mapping[str, str | Coded]


@dataclass(frozen=True, slots=True)
class _Pattern:
    code: str
    matches: re.Pattern[str]
    holes: tuple[tuple[str, str], ...]


def _pattern(code: str, template: str) -> _Pattern:
    parts: list[str] = []
    end = 0
    for hole in HOLE.finditer(template):
        parts += [re.escape(template[end : hole.start()]), f"(?P<{hole[1]}>{_letters(hole)})"]
        end = hole.end()
    holes = tuple((hole[1], hole[2] or "") for hole in HOLE.finditer(template))
    return _Pattern(code, re.compile("".join(parts) + re.escape(template[end:]), re.DOTALL), holes)


def _letters(hole: re.Match[str]) -> str:
    if hole[2] == "name":
        return r"\S+"
    return ".+" if hole.start() == 0 and hole[2] == "must" else ".+?"  # divided at the last place


def _order(template: str) -> int:
    """What has fewer letters of its own is tried later."""
    return -len(HOLE.sub("", template))


class Sentences:
    """Those that are made from templates, by code. first: codes of templates that are tried before all others."""

    def __init__(self, templates: Mapping[str, str], first: Collection[str] = ()) -> None:
        self._whole = {template: code for code, template in templates.items() if "{" not in template}
        self._patterns = [
            _pattern(code, template)
            for code, template in sorted(templates.items(), key=lambda each: (each[0] not in first, _order(each[1])))
            if "{" in template
        ]
        self.coded = functools.lru_cache(_REMEMBERED)(self._coded)

    def _coded(self, sentence: str, within: int = 0) -> Coded | None:
        """None if it has no code. within: how many sentences it is in."""
        if whole := self._whole.get(sentence):
            return Coded(whole, {})
        if len(sentence) > _LONGEST or within > _DEEPEST:
            return None
        return next(filter(None, (self._match(each, sentence, within) for each in self._patterns)), None)

    def _match(self, pattern: _Pattern, sentence: str, within: int) -> Coded | None:
        found = pattern.matches.fullmatch(sentence)
        if found is None:
            return None
        params: dict[str, str | Coded] = {}
        for name, kind in pattern.holes:
            inner = self.coded(found[name], within + 1) if kind in ("may", "must") else None
            if inner is None and kind == "must":
                return None
            params[name] = inner or found[name]
        return Coded(pattern.code, params)
