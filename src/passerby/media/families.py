"""The families of detectors, by the format of their outputs. Reading them is left to detect."""

from __future__ import annotations

from typing import Literal, get_args

FamilyName = Literal["nanodet", "centerface", "yunet", "ssd"]
FAMILIES: tuple[str, ...] = get_args(FamilyName)
