"""What is said when a file is done, and on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.console import Console

from passerby.batch import Job, Outcome
from passerby.cli.progress import PlainWatcher, TerminalWatcher, progress_line, watcher_for
from passerby.cli.summary import CAVEAT, SPANS_SHOWN, summary_lines
from passerby.engine import Progress
from passerby.media import Kind
from passerby.report import (
    Doubt,
    FrameCounts,
    HiddenShare,
    ModeChoice,
    OutputFacts,
    Report,
    SourceFacts,
    Speed,
    TrackSpan,
)
from passerby.settings import Settings


def say(outcome: Outcome) -> None:
    """Nothing: these outcomes are failures."""


JOB = Job(Path("street.mp4"), Path("street.redacted.mp4"), (Path("street.html"),))


def doubt(start_s: float) -> Doubt:
    place = (100, 20, 200, 300)
    return Doubt.of(Kind.PERSON, is_covered=False, start_s=start_s, end_s=start_s + 1, at_s=start_s, xyxy=place)


def a_report(doubtful: int = 0, tracks: tuple[TrackSpan, ...] = ()) -> Report:
    return Report(
        source=SourceFacts(name="street.mp4", bytes=1, codec="h264", width=640, height=360, duration_s=60.0),
        output=OutputFacts(name="street.redacted.mp4", bytes=1, sha256="0" * 64, codec="h264"),
        mode=ModeChoice(used="cover", asked="auto", why="The camera moves."),
        settings=Settings(),
        frames=FrameCounts(total=300, redacted=300, covered_whole=12, whole_by_reason={"damaged": 12}),
        low_confidence=tuple(doubt(n) for n in range(doubtful)),
        tracks=tracks,
        hidden=HiddenShare(mean=0.0001, max=0.25),
        speed=Speed(wall_s=2.5, cpu_s=4.0, frames_per_s=120),
    )


def test_summary_says_where_how_why_and_what_it_cannot_promise() -> None:
    text = "\n".join(summary_lines(a_report(), JOB))
    for said in (
        "street.redacted.mp4",
        "cover: The camera moves.",
        "12 × damaged",
        "<0.1 %",
        "120 frames/s",
        "street.html",
        CAVEAT,
    ):
        assert said in text


def test_summary_counts_tracks_by_kind() -> None:
    tracks = (
        TrackSpan.of(1, Kind.PERSON, 0, 1, 1),
        TrackSpan.of(2, Kind.PERSON, 0, 1, 1),
        TrackSpan.of(3, Kind.FACE, 0, 1, 1),
    )
    assert any("2 person tracks, 1 face track" in line for line in summary_lines(a_report(tracks=tracks), JOB))


def test_summary_does_not_drown_in_doubtful_spans() -> None:
    lines = [line for line in summary_lines(a_report(doubtful=40), JOB) if "left visible" in line or "more" in line]
    assert len(lines) == SPANS_SHOWN + 1 and "35 more" in lines[-1]
    assert "0:00.0 to 0:01.0, left (100, 20, 200, 300): what may be a person" in lines[0]


def test_summary_names_the_option_that_hides_less() -> None:
    report = a_report()
    mode = report.mode.model_copy(update={"instead": "reveal"})
    assert any("--mode reveal" in line for line in summary_lines(report.model_copy(update={"mode": mode}), JOB))
    assert not any("--mode" in line for line in summary_lines(report, JOB))


@pytest.mark.parametrize(
    ("progress", "line"),
    [
        (Progress("redacting", 120, 300, 90.0), "redacting 40 % (120 of 300 frames), 90 frames/s, 2 s left"),
        (Progress("redacting", 120, None, 90.0), "redacting (120 frames), 90 frames/s"),
        (Progress("learning", 0, 300, 0.0), "learning 0 % (0 of 300 frames)"),
        (Progress("redacting", 1, 300, 0.1), "redacting 0 % (1 of 300 frames)"),
        (Progress("redacting", 310, 300, 90.0), "redacting 100 % (310 of 300 frames), 90 frames/s, 0 s left"),
    ],
)
def test_plain_line_says_what_is_known(progress: Progress, line: str) -> None:
    assert progress_line(progress) == line


def test_bar_is_for_terminals_only() -> None:
    assert isinstance(watcher_for(Console(force_terminal=True), say), TerminalWatcher)
    assert isinstance(watcher_for(Console(force_terminal=False), say), PlainWatcher)


def test_bar_survives_stages_unknown_lengths_and_failure(capsys: pytest.CaptureFixture[str]) -> None:
    with TerminalWatcher(Console(force_terminal=True, stderr=True), say) as watcher:
        watcher.started(JOB)
        watcher.progressed(JOB, Progress("learning", 1, None, 0.0))
        watcher.progressed(JOB, Progress("redacting", 10, 300, 25.0))
        watcher.ended(Outcome(JOB, error="it is empty", hint="copy it again"))
    said = capsys.readouterr().err
    assert "street.mp4: it is empty" in said and "copy it again" in said
