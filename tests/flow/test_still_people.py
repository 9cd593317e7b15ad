"""People who never move, or came and stay: reveal mode hides them as cover mode does, whatever file they are in."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import pytest
from av.bitstream import BitStreamFilterContext

import passerby
from passerby import Settings
from passerby.engine.passes import Detectors
from passerby.report import Report
from passerby.settings import Mode
from tests.exposure import BODY, HEAD, Part, flat_frames, is_exposed, lumas, patch
from tests.streets import (
    CLOCK,
    SIZE_WH,
    Bgr,
    Street,
    empty_street,
    pictures,
    put_somebody,
    with_noise,
    write_clip,
)

RATE = 5
CLOCK_PER_S = 10_000
CUT_FRAMES = 40
"""1.6 s at 25 pictures a second."""


def still_street(who: bool = True) -> tuple[Bgr, list[Part]]:
    """Three who stand and one who lies; 30 to 120 px."""
    street = empty_street()
    if not who:
        return street, []
    boxes = [put_somebody(street, 60 + 130 * n, 300 - px, px, seed=n) for n, px in enumerate((30, 60, 120))]
    return street, [*boxes, put_somebody(street, 480, 300, 80, lies=True, seed=4)]


def shown_in(clip: Path, output: Path, boxes: list[Part], part: Part, first: int = 0) -> list[tuple[int, int]]:
    """Frame and number of everybody who can be seen, from a frame on."""
    both = enumerate(zip(lumas(clip), lumas(output), strict=True))
    return [
        (frame, number)
        for frame, (clear, out) in both
        if frame >= first
        for number, box in enumerate(boxes)
        if is_exposed(patch(clear, box, part), patch(out, box, part))
    ]


def redact(clip: Path, detectors: Detectors, mode: Mode = "auto") -> tuple[Path, Report]:
    output = clip.with_name(f"{clip.stem}.redacted.mp4")
    return output, passerby.redact(clip, output, Settings(mode=mode), detectors=detectors)


@pytest.mark.parametrize("mode", ["auto", "reveal"])
def test_who_never_moves_is_hidden_from_first_to_last(
    street: Street, detectors: Detectors, tmp_path: Path, mode: Mode
) -> None:
    clip, (picture, boxes) = tmp_path / "still.mp4", still_street()
    write_clip(clip, with_noise(picture, 12 * RATE), pts=range(0, 1_000_000, CLOCK_PER_S // RATE))
    assert len(shown_in(clip, clip, boxes, BODY)) == 12 * RATE * len(boxes), "else this would pass for nothing"
    output, report = redact(clip, detectors, mode)
    assert report.mode.used == "reveal"
    assert shown_in(clip, output, boxes, BODY) == shown_in(clip, output, boxes, HEAD) == []
    assert not report.frames.covered_whole and report.hidden.max < 0.35


@pytest.mark.slow
def test_who_comes_and_stays_is_hidden_in_every_later_stretch(
    street: Street, detectors: Detectors, tmp_path: Path
) -> None:
    """Of 200 s, so that most of what is learned of the place is learned while they stand there."""
    (empty, _), (picture, boxes) = still_street(who=False), still_street()
    count, comes = 400, 134
    clip = tmp_path / "comes.mp4"
    shown = [*with_noise(empty, comes), *with_noise(picture, count - comes)]
    write_clip(clip, shown, pts=range(0, 10_000_000, CLOCK_PER_S // 2))
    output, report = redact(clip, detectors)
    assert report.mode.used == "reveal"
    assert shown_in(clip, output, boxes, BODY, comes) == shown_in(clip, output, boxes, HEAD, comes) == []
    assert report.hidden.mean < 0.35 and len(flat_frames(output)) < count / 10


# Files too short for anything in them to be established.


@pytest.fixture(scope="module")
def short(street: Street, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same bitstream of 1.6 s in several containers."""
    folder = tmp_path_factory.mktemp("short")
    made = folder / "cut.mp4"
    write_clip(made, list(pictures(street.path)) + list(pictures(street.path, 20)), pts=range(0, 16_000, 400))
    copies = {"mp4": made, "avi": folder / "cut.avi", "ts": folder / "cut.ts"}
    for path in list(copies.values())[1:]:
        remux(made, path)
    copies["late"] = folder / "late.mkv"
    remux(made, copies["late"], late_s=0.04)
    return copies


def remux(source: Path, path: Path, late_s: float = 0.0) -> None:
    with av.open(str(source)) as read, av.open(str(path), "w") as written:
        video = read.streams.video[0]
        stream = written.add_stream_from_template(video)
        stream.time_base = Fraction(1, 25) if path.suffix == ".avi" else CLOCK
        start_codes = BitStreamFilterContext("h264_mp4toannexb", video) if path.suffix in (".avi", ".ts") else None
        packets = [packet for packet in read.demux(video) if packet.size]
        for packet in packets if start_codes is None else [each for one in packets for each in start_codes.filter(one)]:
            assert packet.pts is not None and packet.dts is not None and packet.time_base is not None
            packet.pts += round(late_s / packet.time_base)
            packet.dts += round(late_s / packet.time_base)
            packet.stream = stream
            written.mux(packet)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["auto", "reveal"])
def test_container_has_no_say_in_what_is_covered(
    short: dict[str, Path], detectors: Detectors, tmp_path: Path, mode: Mode
) -> None:
    verdicts = {}
    for name, clip in short.items():
        output = tmp_path / f"{name}.mp4"
        report = passerby.redact(clip, output, Settings(mode=mode), detectors=detectors)
        assert report.frames.redacted == CUT_FRAMES, name
        verdicts[name] = report.mode.used, report.frames.covered_whole, flat_frames(output)
    assert len({str(verdict) for verdict in verdicts.values()}) == 1, verdicts


def test_fixed_camera_too_short_to_learn_from_hides_what_is_found_and_what_moves(
    street: Street, detectors: Detectors, tmp_path: Path
) -> None:
    output = tmp_path / "out.mp4"
    report = passerby.redact(street.path, output, detectors=detectors)
    assert report.mode.used == "cover" and report.mode.asked == "auto"
    assert "stands still" in report.mode.why and "8 s" in report.mode.why
    assert street.near_exposed(street.path, output, BODY) <= 0.01
    assert street.near_exposed(street.path, output, HEAD) <= 0.01
    assert (report.source.width, report.source.height) == SIZE_WH
