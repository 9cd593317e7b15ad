"""Measures the live platform: how many cameras, what they cost, what they record, how soon all is well again, seeking.

    python bench/live.py                               # everything, about 8 minutes
    python bench/live.py --seconds 40 --only small     # one part: small, large, quiet, rules, seek
    python bench/live.py --markdown

Cameras send a real clip over RTSP where the footage is beside the checkout, else drawings. They run in a process that
is not counted.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from live_fleet import Cost, measure
from live_seek import seek_times
from live_sources import Kind
from machine import busy_warning, describe_machine

from passerby.config.rule import CrowdRule, FallRule, LineRule, ObjectRule, Rule

SMALL, LARGE = Kind((640, 360), 5), Kind((1280, 720), 12.5)
KEPT_UP = 0.005
"""Of the pictures may be left out where every frame is kept up with: one that came just then is none."""
PARTS = ("small", "large", "quiet", "rules", "seek")
RULES: tuple[Rule, ...] = (
    LineRule(name="line", kind="line", line=((0.5, 1.0), (0.5, 0.0))),
    CrowdRule(name="crowd", kind="crowd", zone=((0.1, 0.3), (0.9, 0.3), (0.9, 1.0), (0.1, 1.0)), limit=4),
    FallRule(name="fall", kind="fall"),
    ObjectRule(name="left", kind="left-object"),
)


@dataclass(frozen=True)
class Row:
    """One line. reached: None where there is no bar."""

    label: str
    figure: str
    least: str = ""
    aim: str = ""
    reached: str = ""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that no service stays behind
    asked = _asked()
    print(f"{describe_machine()}. {busy_warning() or ''}", file=sys.stderr)
    show = _markdown if asked.markdown else _aligned
    with tempfile.TemporaryDirectory(prefix="passerby-bench-", dir=asked.work) as scratch:
        for part in PARTS:
            if part in (asked.only or PARTS):
                print(f"{part} …", file=sys.stderr, flush=True)
                print(show(list(MEASURE[part](asked, Path(scratch)))), flush=True)
    return 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--small", type=int, default=12, help="cameras of 640×360 at 5 fps")
    parser.add_argument("--large", type=int, default=3, help="cameras of 1280×720 at 12.5 fps")
    parser.add_argument("--seconds", type=float, default=60.0, help="of each measurement, once all have learned")
    parser.add_argument("--only", action="append", choices=PARTS)
    parser.add_argument("--work", type=Path, help="where scratch files go: 2 GB for the day of recordings")
    parser.add_argument("--markdown", action="store_true")
    return parser.parse_args()


def _small(asked: argparse.Namespace, work: Path) -> Iterator[Row]:
    cost = measure(SMALL, asked.small, asked.seconds, work / "small", kill=True)
    yield from _cameras(SMALL, cost, 12, 60)
    assert cost.back_s is not None
    yield _at_most("kill -9 of a worker: all its cameras recording again, s", cost.back_s, 10, 3)


def _large(asked: argparse.Namespace, work: Path) -> Iterator[Row]:
    yield from _cameras(LARGE, measure(LARGE, asked.large, asked.seconds, work / "large"), 3, 8)


def _quiet(asked: argparse.Namespace, work: Path) -> Iterator[Row]:
    """Both at the same time, since a machine is not always as fast, and by their calmest seconds: a virtual processor
    that its host takes away is counted as used. So few that neither waits for the other."""
    kinds = {"busy": SMALL, "quiet": Kind(SMALL.size_wh, SMALL.fps, busy=False)}
    with ThreadPoolExecutor() as both:
        busy, quiet = both.map(lambda name: measure(kinds[name], 4, asked.seconds, work / name), kinds)
    yield Row("CPU of one busy camera, share of a core", f"{busy.calm_cores / busy.count:.3f}")
    ratio = quiet.calm_cores / busy.calm_cores
    yield _at_most("CPU where nothing moves against a busy camera, ×", ratio, 0.5, 0.2)
    yield _at_most("bytes recorded against the source's, quiet, ×", quiet.recorded / quiet.source, 0.6, 0.2)


def _rules(asked: argparse.Namespace, work: Path) -> Iterator[Row]:
    """The same cameras without and with rules, one after the other; boxes to try rules on are kept in neither."""
    without = measure(SMALL, asked.small, asked.seconds, work / "without")
    ruled = measure(SMALL, asked.small, asked.seconds, work / "ruled", rules=RULES)
    for words, cost in (("without rules", without), ("with 4 rules each", ruled)):
        figure = f"{cost.cores:.2f} cores, {cost.left_out} of {cost.read} frames left out"
        yield Row(f"CPU of {cost.count} cameras {words}", figure)
    yield _at_most("CPU with 4 rules each against none, ×", ruled.cores / without.cores, 1.15, 1.05)


def _seek(asked: argparse.Namespace, work: Path) -> Iterator[Row]:
    middle_s, slowest_s = seek_times(work / "seek")
    yield _at_most("seek to first picture, a day of 4 cameras, median of 60, ms", 1000 * middle_s, 500, 200)
    yield Row("the slowest of them, ms", f"{1000 * slowest_s:.0f}")


MEASURE: dict[str, Callable[[argparse.Namespace, Path], Iterator[Row]]] = {
    "small": _small, "large": _large, "quiet": _quiet, "rules": _rules, "seek": _seek,
}  # fmt: skip


def _cameras(kind: Kind, cost: Cost, least: int, aim: int) -> Iterator[Row]:
    share = cost.left_out / max(1, cost.read)
    kept_up = share <= KEPT_UP and not cost.strained
    reached = "MISSED" if not kept_up or cost.count < least else "aim" if cost.count >= aim else "least"
    said = f"{cost.count}: {cost.read} frames read, {share:.1%} left out, {cost.strained:.0%} strained"
    yield Row(f"cameras {kind.words}", said, str(least), str(aim), reached)
    yield Row(f"their CPU, cores (each) {kind.words}", f"{cost.cores:.2f} ({cost.cores_each:.3f})")
    yield Row(f"bytes recorded against the source's, busy, {kind.words}, ×", f"{cost.recorded / cost.source:.2f}")


def _at_most(label: str, value: float, least: float, aim: float) -> Row:
    reached = "aim" if value <= aim else "least" if value <= least else "MISSED"
    return Row(label, f"{value:.3g}", f"{least:g}", f"{aim:g}", reached)


def _cells(row: Row) -> list[str]:
    return [row.label, row.figure, row.least, row.aim, row.reached]


HEAD = ["", "passerby", "at least", "aim", "reached"]


def _markdown(rows: list[Row]) -> str:
    lines = [HEAD, ["---", "--:", "--:", "--:", "---"], *map(_cells, rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _aligned(rows: list[Row]) -> str:
    lines = [HEAD, *map(_cells, rows)]
    widths = [max(len(cells[column]) for cells in lines) for column in range(len(HEAD))]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) for cells in lines)


if __name__ == "__main__":
    sys.exit(main())
