"""A report as one HTML page that loads nothing. The layout is report.html.jinja; this prepares its values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from passerby.config.about import Language
from passerby.media.look import COLOURS, as_hex, legend
from passerby.report.cautions import advice
from passerby.report.model import Doubt, Report, Span, Still, TrackSpan
from passerby.report.russian import TEXTS as RUSSIAN
from passerby.report.words import clock, in_bytes, place, share
from passerby.said.languages import of_report

LANES_SHOWN = 40  # more rows of tracks are a blur on any screen; the table lists every track
MAX_TICKS = 6
TICK_STEPS_S = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400)
SLIVER = 0.25  # per cent of the width: a single frame of an hour is still visible


@dataclass(frozen=True)
class Bar:
    """One stretch on the timeline; left and width in per cent of it."""

    left: float
    width: float
    kind: str
    says: str


@dataclass(frozen=True)
class Lane:
    """One row of the timeline."""

    name: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Doubtful:
    """One entry to look at, with the still that shows it. left, top, width, height: of its outline, in per cent."""

    doubt: Doubt
    still: Still | None
    where: str
    left: float
    top: float
    width: float
    height: float


def doubtful(report: Report) -> Iterator[Doubtful]:
    stills = {still.time_s: still for still in report.contact_sheet}
    width, height = report.source.upright_size
    for doubt in report.low_confidence:
        left, top, right, bottom = doubt.xyxy
        scale = 100 / max(1, width), 100 / max(1, height)
        yield Doubtful(
            doubt, stills.get(doubt.at_s), place(doubt.xyxy, width, height),
            left * scale[0], top * scale[1], (right - left) * scale[0], (bottom - top) * scale[1],
        )  # fmt: skip


class Words:
    """What the report says in a language. Called with English, it gives the text with the values in it."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def __call__(self, english: str, **values: object) -> str:
        return (RUSSIAN[english] if self.language == "ru" else english).format(**values)

    def sentence(self, english: str) -> str:
        """One that was made elsewhere, of a source or of a detector."""
        if self.language == "ru":
            return RUSSIAN.get(english) or of_report(english, "ru")
        return english

    def number(self, text: str) -> str:
        return text.replace(".", ",") if self.language == "ru" else text

    def size(self, number: int) -> str:
        amount, unit = in_bytes(number).split(" ")
        return f"{self.number(amount)} {self(unit)}"

    def share(self, value: float) -> str:
        return self.number(share(value))


def render(report: Report, language: Language = "en") -> str:
    words = Words(language)
    duration_s = report.duration_s
    # In the other styles colours have no meaning: they are all one, or what is left of the picture.
    colours = legend() if report.settings.style == "silhouette" else []
    doubts = list(doubtful(report))
    return _template().render(
        words=words, doubts=doubts, shown=[each for each in doubts if each.still], advice=advice,
        report=report, lanes=lanes(report, words), ticks=ticks(duration_s), duration_s=duration_s,
        legend=[(colour, words(meaning)) for colour, meaning in colours],
    )  # fmt: skip


@cache
def _template() -> Template:
    loader = PackageLoader("passerby.report", ".")
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    pages.filters["clock"] = clock
    pages.globals["painted"] = {kind.label: as_hex(rgb) for kind, rgb in COLOURS.items()}
    return pages.get_template("report.html.jinja")


def lanes(report: Report, words: Words) -> list[Lane]:
    """Rows from top to bottom: covered whole, needs a look, then tracks; tracks that do not overlap share a row."""
    duration_s = report.duration_s
    rows = [
        Lane(words("covered whole"), _bars(report.whole_spans, "whole", duration_s, words)),
        Lane(words("look at"), _bars(report.low_confidence, "look", duration_s, words)),
    ]
    kinds = sorted({track.kind for track in report.tracks}, key=_KINDS.index)
    for kind in kinds:
        packed = _pack([track for track in report.tracks if track.kind == kind])
        rows += [
            Lane(words(f"{kind} tracks") if first else "", _track_bars(row, duration_s, words))
            for first, row in zip([True] + [False] * len(packed), packed, strict=False)
        ]
    return rows[:LANES_SHOWN]


_KINDS = ("person", "face", "vehicle", "plate", "motion", "manual")


def _pack(tracks: Sequence[TrackSpan]) -> list[list[TrackSpan]]:
    rows: list[list[TrackSpan]] = []
    for track in sorted(tracks, key=lambda track: track.first_s):
        free = next((row for row in rows if row[-1].last_s < track.first_s), None)
        if free is None:
            rows.append([track])
        else:
            free.append(track)
    return rows


def _bars(spans: Sequence[Span], kind: str, duration_s: float, words: Words) -> tuple[Bar, ...]:
    return tuple(_bar(span.start_s, span.end_s, duration_s, kind, words.sentence(span.reason), words) for span in spans)


def _track_bars(tracks: Sequence[TrackSpan], duration_s: float, words: Words) -> tuple[Bar, ...]:
    return tuple(
        _bar(track.first_s, track.last_s, duration_s, track.kind, f"{words(track.kind)} {track.id}", words)
        for track in tracks
    )


def _bar(start_s: float, end_s: float, duration_s: float, kind: str, what: str, words: Words) -> Bar:
    scale = 100 / duration_s if duration_s else 0.0
    left = min(start_s * scale, 100 - SLIVER)
    width = max(min(end_s * scale, 100.0) - left, SLIVER)
    says = words("{begin} to {end}: {what}", begin=clock(start_s), end=clock(end_s), what=what)
    return Bar(round(left, 3), round(width, 3), kind, says)


def ticks(duration_s: float) -> list[tuple[float, str]]:
    """Marks of the time axis: position in per cent and the time, without tenths if all would be 0."""
    if not duration_s:
        return []
    step_s = next((step for step in TICK_STEPS_S if duration_s / step <= MAX_TICKS), TICK_STEPS_S[-1])
    places = [(100 * n * step_s / duration_s, n * step_s) for n in range(int(duration_s / step_s) + 1)]
    return [(round(place, 3), clock(at_s).removesuffix(".0" if step_s >= 1 else "")) for place, at_s in places]
