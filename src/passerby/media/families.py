"""The families of detectors, by how their outputs are read. How each is read is detect's business."""

from __future__ import annotations

from typing import Literal, get_args

FamilyName = Literal["nanodet", "centerface", "yunet", "ssd"]
FAMILIES: tuple[str, ...] = get_args(FamilyName)
