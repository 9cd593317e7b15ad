"""Formats numbers for people."""

from __future__ import annotations

from collections.abc import Sequence


def clock(time_s: float | None) -> str:
    """`1:23.5`, with hours only if needed; a dash for None."""
    if time_s is None:
        return "–"
    tenths = round(time_s * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    tail = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{tail}" if hours else f"{minutes}:{tail}"


def in_bytes(number: int) -> str:
    """`3.4 MB`: powers of 1000, as in file managers."""
    size = float(number)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            break
        size /= 1000
    return f"{number} bytes" if unit == "bytes" else f"{size:.1f} {unit}"


def share(value: float) -> str:
    """`3.4 %`; more than nothing is never shown as nothing."""
    return "<0.1 %" if 0 < value < 0.0005 else f"{100 * value:.1f} %"


def place(xyxy: Sequence[float], width: int, height: int) -> str:
    """Where in the picture a box is, in words: `top left`, `middle`."""
    left, top, right, bottom = xyxy
    across = _third((left + right) / 2 / max(1, width), ("left", "", "right"))
    down = _third((top + bottom) / 2 / max(1, height), ("top", "", "bottom"))
    return f"{down} {across}".strip() or "middle"


def _third(share: float, names: tuple[str, str, str]) -> str:
    return names[min(2, max(0, int(3 * share)))]
