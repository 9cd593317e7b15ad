"""What is measured, and the rows of the table with what they must reach."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from process import MB, Cost
from tools import ADDED, DEFACE, PASSERBY, TRANSCODE

ALL = (PASSERBY, ADDED, DEFACE, TRANSCODE)
NO_MODELS = (PASSERBY, DEFACE, TRANSCODE)


@dataclass(frozen=True, slots=True)
class Case:
    """One source and how passerby redacts it. tools: who takes part. is_stills: a folder of pictures."""

    name: str
    source: str
    options: tuple[str, ...] = ()
    tools: tuple[str, ...] = ALL
    is_stills: bool = False


CASES = (
    Case("campus-reveal", "campus.avi", ("--mode", "reveal")),
    Case("campus-cover", "campus.avi", ("--mode", "cover")),
    Case("bus-cover", "bus.mp4", ("--mode", "cover")),
    Case("bus-people", "bus.mp4", ("--mode", "cover", "--hide", "people")),
    Case("faces", "faces", ("--hide", "faces"), (PASSERBY, ADDED, DEFACE), is_stills=True),
    Case("plates", "plates", (), (PASSERBY, ADDED, DEFACE), is_stills=True),
    Case("corridor", "corridor.mp4", (), NO_MODELS),
    Case("square", "square.mp4", (), NO_MODELS),
    Case("street-reveal", "street", ("--mode", "reveal"), NO_MODELS),
    Case("street-cover", "street", ("--mode", "cover"), NO_MODELS),
    Case("street-reveal-long", "street-long", ("--mode", "reveal"), (PASSERBY,)),
    Case("street-cover-long", "street-long", ("--mode", "cover"), (PASSERBY,)),
)


@dataclass(frozen=True, slots=True)
class Figures:
    """What one tool did with one case. frames: videos only. exposed: what the measure said, by its own names."""

    cost: Cost
    bytes: int
    frames: int | None = None
    exposed: dict[str, Any] = field(default_factory=dict)


Results = dict[str, dict[str, Figures]]
"""By case, by tool."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table.

    figure: what it shows of a tool, None if it was not measured; text: how that is written. least, aim: what passerby
    must reach, of the figure itself, or of its ratio to that of the tool `against`.
    """

    label: str
    case: str
    figure: Callable[[Figures], float | None]
    text: str
    least: float | None = None
    aim: float | None = None
    against: str | None = None
    more_is_better: bool = False


def exposed(name: str) -> Callable[[Figures], float | None]:
    """One figure of the measure."""
    return lambda figures: figures.exposed.get(name)


def frames_per_s(figures: Figures) -> float | None:
    """Of the whole command, start and learning included."""
    return figures.frames / figures.cost.wall_s if figures.frames else None


def cpu_s(figures: Figures) -> float:
    return figures.cost.cpu_s


def peak_mb(figures: Figures) -> float:
    return figures.cost.peak_mb


def size_mb(figures: Figures) -> float:
    return figures.bytes / MB


def rows() -> Iterator[Row]:
    """Every line, in order."""
    yield from _people("campus, reveal mode", "campus-reveal", (0.3, 0), (0.05, 0), (3, 0.8))
    yield from _people("campus, cover mode", "campus-cover", (3, 0.3), (2, 0.1), (None, None))
    yield from _people("bus, cover mode", "bus-cover", (8, 1), (6, 0.5), (12, 6))
    yield from _people("bus, cover mode, people only", "bus-people", (8, 1), (6, 0.5), (12, 6))
    yield Row("faces (stills): exposed", "faces", exposed("exposed_pct"), "{:.2f} %", 2.7, 0.7)
    yield Row("faces (stills): false cover", "faces", exposed("false_cover_pct"), "{:.2f} %", 3, 2)
    yield Row("plates (stills): exposed", "plates", exposed("exposed_pct"), "{:.2f} %", 20, 2)
    yield Row("plates (stills): false cover", "plates", exposed("false_cover_pct"), "{:.2f} %")
    for case in SPEED_CASES:
        label = f"frames per second: {WORDS[case]}"
        yield Row(label, case, frames_per_s, "{:.1f}", 6, 15, DEFACE, more_is_better=True)
    for case in SPEED_CASES:
        yield Row(f"CPU seconds: {WORDS[case]}", case, cpu_s, "{:.1f}", 3, 1.3, TRANSCODE)
    for case in ("campus-reveal", "corridor", "square", "street-reveal"):
        yield Row(f"size, MB: {WORDS[case]}", case, size_mb, "{:.2f}", 0.8, 0.4, TRANSCODE)
    for case in ("street-reveal", "street-reveal-long", "street-cover", "street-cover-long"):
        yield Row(f"peak memory, MB: {WORDS[case]}", case, peak_mb, "{:.0f}", 700, 350)


SPEED_CASES = ("campus-reveal", "campus-cover", "bus-cover", "corridor", "square", "street-reveal", "street-cover")
WORDS = {
    "campus-reveal": "campus 768×576, reveal",
    "campus-cover": "campus 768×576, cover",
    "bus-cover": "bus 960×540, cover",
    "corridor": "corridor 768×432, auto",
    "square": "square 960×366, auto",
    "street-reveal": "drawn street 1080p, reveal",
    "street-reveal-long": "the same, 3 times as long",
    "street-cover": "drawn street 1080p, cover",
    "street-cover-long": "the same, 3 times as long",
}

Bar = tuple[float | None, float | None]


def _people(label: str, case: str, heads: Bar, bodies: Bar, false_cover: Bar) -> Iterator[Row]:
    yield Row(f"{label}: heads exposed", case, exposed("heads_exposed_pct"), "{:.3f} %", *heads)
    yield Row(f"{label}: bodies exposed", case, exposed("bodies_exposed_pct"), "{:.3f} %", *bodies)
    yield Row(f"{label}: false cover", case, exposed("false_cover_pct"), "{:.2f} %", *false_cover)
