"""Which of two versions of passerby is older."""

from __future__ import annotations

import re
from collections.abc import Iterable

_VERSION = re.compile(r"(\d+(?:\.\d+)*)(.*)")
_BEFORE_RELEASE = re.compile(r"[.-]?(a|b|rc|dev)")


def newest(versions: Iterable[str]) -> str:
    """versions: at least one."""
    return max(versions, key=_order)


def is_older(version: str, than: str) -> bool:
    """Of two that differ only in what is behind their numbers, such as a build, neither is."""
    return _order(version) < _order(than)


def _order(version: str) -> tuple[tuple[int, ...], bool]:
    """What is no version is older than all."""
    found = _VERSION.match(version)
    if found is None:
        return (), False
    numbers = tuple(int(each) for each in found[1].split(".")[:4])
    while numbers and numbers[-1] == 0:
        numbers = numbers[:-1]
    return numbers, _BEFORE_RELEASE.match(found[2]) is None
