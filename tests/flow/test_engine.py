"""The engine from end to end on a drawn street: who is in it is hidden, and the report tells the truth."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import passerby
from passerby import Hide, Progress, Settings
from passerby.capture.drawn import draw_street
from passerby.covers_file import ManualCovers
from passerby.engine.passes import Detectors
from passerby.media import Kind
from passerby.report import Report
from passerby.settings import Mode, Style
from tests.exposure import (
    BODY,
    HEAD,
    Part,
    changed_share,
    exposed_share,
    flat_frames,
    is_exposed,
    lumas,
    patch,
    read_grey,
    traces,
)
from tests.streets import FPS, SIZE_WH, STANDS, Street, pictures, write_clip

Redacted = dict[Mode, tuple[Path, Report]]
CUT_FRAME = 15
INNER: Part = (0.1, 0.1, 0.9, 0.9)


@pytest.fixture(scope="module")
def redacted(street: Street, detectors: Detectors, tmp_path_factory: pytest.TempPathFactory) -> Redacted:
    """The drawn street in both modes."""
    folder = tmp_path_factory.mktemp("redacted")
    modes: list[Mode] = ["cover", "reveal"]
    made: Redacted = {}
    for mode in modes:
        path = folder / f"{mode}.mp4"
        made[mode] = path, passerby.redact(street.path, path, Settings(mode=mode), detectors=detectors)
    return made


def bare_frames(street: Street, output: Path, actor: int, part: Part = BODY) -> list[int]:
    """The frames in which somebody can be seen. The output may be shorter than the street."""
    places = {box.frame: box.xyxy for box in street.of(actor)}
    both = enumerate(zip(lumas(street.path), lumas(output), strict=False))
    return [
        number
        for number, (clear, shown) in both
        if number in places and is_exposed(patch(clear, places[number], part), patch(shown, places[number], part))
    ]


# Who is hidden.


def test_clear_street_shows_everybody(street: Street) -> None:
    """Else the tests below would pass for nothing."""
    assert exposed_share(street.path, street.path, street.boxes) > 0.95


def test_reveal_mode_hides_everybody(street: Street, redacted: Redacted) -> None:
    path, report = redacted["reveal"]
    assert report.mode.used == "reveal"
    assert exposed_share(street.path, path, street.boxes, BODY) <= 0.01
    assert exposed_share(street.path, path, street.boxes, HEAD) <= 0.02


def test_who_stands_still_from_first_to_last_stays_hidden_in_reveal_mode(street: Street, redacted: Redacted) -> None:
    """No other picture of the place exists: only the detections keep them from becoming background."""
    path = redacted["reveal"][0]
    assert bare_frames(street, street.path, STANDS) == list(range(street.frames))
    assert bare_frames(street, path, STANDS, HEAD) == bare_frames(street, path, STANDS, BODY) == []


def test_cover_mode_hides_who_is_near_from_first_to_last(street: Street, redacted: Redacted) -> None:
    path, report = redacted["cover"]
    assert report.mode.used == "cover"
    assert street.near_exposed(street.path, path, BODY) <= 0.02
    assert street.near_exposed(street.path, path, HEAD) <= 0.05


def test_auto_takes_reveal_mode_for_a_fixed_camera(street: Street, detectors: Detectors, tmp_path: Path) -> None:
    """Of a file that is long enough to learn from: see test_still_people.py for others."""
    longer = tmp_path / "longer.mp4"
    boxes = draw_street(longer, seconds=10, size=SIZE_WH, fps=3)
    report = passerby.redact(longer, tmp_path / "out.mp4", detectors=detectors)
    assert (report.mode.used, report.mode.asked) == ("reveal", "auto")
    assert report.mode.camera_motion_px is not None and report.mode.camera_motion_px < 1
    assert exposed_share(longer, tmp_path / "out.mp4", boxes, BODY) <= 0.01


def test_auto_takes_cover_mode_for_a_camera_that_pans(street: Street, detectors: Detectors, tmp_path: Path) -> None:
    pan = tmp_path / "pan.mp4"
    write_clip(pan, (bgr[:, 5 * number : 5 * number + 480] for number, bgr in enumerate(pictures(street.path))))
    report = passerby.redact(pan, tmp_path / "out.mp4", detectors=detectors)
    assert report.mode.used == "cover" and "moves" in report.mode.why


@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_what_is_nobody_stays_to_be_seen(street: Street, redacted: Redacted, mode: Mode) -> None:
    """Covering everything would pass all the tests above."""
    assert changed_share(street.path, redacted[mode][0]) < 0.35
    assert not flat_frames(redacted[mode][0])


# What the report says.


@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_report_tells_the_truth(street: Street, redacted: Redacted, mode: Mode) -> None:
    path, report = redacted[mode]
    assert report.frames.total == report.frames.redacted == street.frames
    assert report.frames.covered_whole == 0 and not report.whole_spans
    assert report.output.bytes == path.stat().st_size
    assert (report.source.width, report.source.height, report.source.codec) == (640, 360, "h264")
    assert report.source.frames_per_s == pytest.approx(FPS)
    assert 0 < report.hidden.mean < report.hidden.max < 0.6
    assert {model.name for model in report.models} >= {"nanodet-g"}
    assert any(track.kind == "person" and track.frames > street.frames / 2 for track in report.tracks)
    assert all(0 <= track.first_s <= track.last_s <= 3 for track in report.tracks)
    assert all(track.frames <= street.frames for track in report.tracks)
    assert report.contact_sheet and not report.problems
    assert report.speed.wall_s > 0 and {"examine", "redact", "encode"} <= set(report.speed.stage_s)
    assert Report.model_validate_json(report.to_json()) == report


def test_stills_of_the_report_are_the_output(street: Street, redacted: Redacted) -> None:
    path, report = redacted["cover"]
    shown, clear = list(lumas(path)), list(lumas(street.path))
    for still in report.contact_sheet:
        picture = cv2.imdecode(np.frombuffer(still.jpeg, np.uint8), cv2.IMREAD_GRAYSCALE)
        assert picture is not None
        size_wh = picture.shape[::-1]
        number = round(still.time_s * FPS)
        like, unlike = (
            float(
                np.abs(cv2.resize(grey[number], size_wh, interpolation=cv2.INTER_AREA) - picture.astype(float)).mean()
            )
            for grey in (shown, clear)
        )
        assert like < 4 < unlike


def test_progress_is_told_to_the_end(street: Street, detectors: Detectors, tmp_path: Path) -> None:
    steps: list[Progress] = []
    passerby.redact(street.path, tmp_path / "out.mp4", detectors=detectors, progress=steps.append)
    assert {step.stage for step in steps} == {"learning", "redacting"}
    done = [step.frames_done for step in steps if step.stage == "redacting"]
    assert done == list(range(1, street.frames + 1))
    assert steps[-1].frames_total == street.frames


def test_same_source_and_settings_give_the_same_bytes(street: Street, redacted: Redacted, tmp_path: Path) -> None:
    """With detectors of its own: what they remember of one source must not reach the next."""
    again = passerby.redact(street.path, tmp_path / "out.mp4", Settings(mode="cover"), detectors=Detectors(threads=2))
    assert again.output.sha256 == redacted["cover"][1].output.sha256


# Scenes.


@pytest.fixture(scope="module")
def cut(street: Street, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The street, then its negative upside down, which no tracker, canvas or background may carry anything into."""
    path = tmp_path_factory.mktemp("cut") / "cut.mp4"
    first = list(pictures(street.path, stop=CUT_FRAME))
    write_clip(path, [*first, *(255 - bgr[:, ::-1] // 2 for bgr in first)])
    return path


@pytest.mark.parametrize("mode", ["cover", "reveal", "auto"])
def test_across_a_cut_everybody_near_is_hidden(
    street: Street, cut: Path, detectors: Detectors, tmp_path: Path, mode: Mode
) -> None:
    report = passerby.redact(cut, tmp_path / "out.mp4", Settings(mode=mode), detectors=detectors)
    assert report.frames.redacted == 2 * CUT_FRAME
    first = [box for box in street.near if box.frame < CUT_FRAME]
    assert exposed_share(cut, tmp_path / "out.mp4", first, BODY) <= 0.05


def test_tracks_end_at_a_cut_in_cover_mode(cut: Path, detectors: Detectors, tmp_path: Path) -> None:
    report = passerby.redact(cut, tmp_path / "out.mp4", Settings(mode="cover"), detectors=detectors)
    cut_s = CUT_FRAME / FPS
    assert report.tracks
    for track in report.tracks:
        assert track.last_s < cut_s or track.first_s >= cut_s - 1e-3, track


def test_light_that_goes_out_hides_all_until_it_is_learned(
    street: Street, detectors: Detectors, tmp_path: Path
) -> None:
    """In reveal mode a picture that differs as a whole says nothing of who is in it."""
    dark, out_for = tmp_path / "dark.mp4", range(20, 24)
    write_clip(dark, (bgr // 3 if number in out_for else bgr for number, bgr in enumerate(pictures(street.path))))
    report = passerby.redact(dark, tmp_path / "out.mp4", Settings(mode="reveal"), detectors=detectors)
    assert set(flat_frames(tmp_path / "out.mp4")) >= set(out_for)
    assert [count for reason, count in report.frames.whole_by_reason.items() if "changed" in reason] >= [len(out_for)]
    assert report.frames.covered_whole < street.frames / 2


# What was asked for.


@pytest.mark.parametrize(("start_s", "begins_s"), [(None, 1.4), (0.0, 0.0), (0.5, 0.0)])
def test_cut_begins_at_zero_whatever_the_clock_of_the_source(
    street: Street, detectors: Detectors, tmp_path: Path, start_s: float | None, begins_s: float
) -> None:
    write_clip(tmp_path / "late.mp4", pictures(street.path), pts=range(14_000, 1_000_000, 1000))  # from 1.4 s on
    settings = Settings(mode="cover", start_s=start_s, end_s=1.0)
    passerby.redact(tmp_path / "late.mp4", tmp_path / "out.mp4", settings, detectors=detectors)
    with av.open(str(tmp_path / "out.mp4")) as video:
        times_s = [float(picture.time) for picture in video.decode(video=0)]
    assert times_s[0] == pytest.approx(begins_s) and len(times_s) == round((1.0 - (start_s or 0)) * FPS)


def test_covers_by_hand_add_and_take_away(street: Street, detectors: Detectors, tmp_path: Path) -> None:
    around = [box.xyxy for box in street.of(STANDS)]
    shown = [min(a[0] for a in around) - 20, min(a[1] for a in around) - 20]
    shown += [max(a[2] for a in around) + 20, max(a[3] for a in around) + 20]
    wall = (10.0, 10.0, 90.0, 70.0)
    covers = ManualCovers.model_validate(
        {"version": 1, "add": [{"xyxy": wall, "end_s": 1.5}], "remove": [{"xyxy": shown, "start_s": 1.5}]}
    )
    report = passerby.redact(
        street.path, tmp_path / "out.mp4", Settings(mode="cover"), covers=covers, detectors=detectors
    )
    assert report.covers == covers and "1 added, 1 removed" in report.to_html()
    both = zip(lumas(street.path), lumas(tmp_path / "out.mp4"), strict=True)
    seen = [is_exposed(patch(clear, wall, INNER), patch(out, wall, INNER)) for clear, out in both]
    assert seen == [number > 15 for number in range(street.frames)], "both ends of a span are in it"
    assert bare_frames(street, tmp_path / "out.mp4", STANDS) == list(range(15, street.frames))


@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_video_is_read_through_a_handle_and_corrected(
    street: Street, detectors: Detectors, tmp_path: Path, mode: Mode
) -> None:
    """As the page does it: the upload is memory with a number, under a name that leads to it."""
    handle = os.memfd_create("clip")
    os.write(handle, street.path.read_bytes())
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "clip.mp4").symlink_to(f"/proc/{os.getpid()}/fd/{handle}")
    wall = (10.0, 10.0, 90.0, 70.0)
    covers = ManualCovers.model_validate({"version": 1, "add": [{"start_s": 0.45, "end_s": 0.85, "xyxy": wall}]})
    report = passerby.redact(
        tmp_path / "in" / "clip.mp4", tmp_path / "out.mp4", Settings(mode=mode, end_s=1.5), covers=covers,
        detectors=detectors,
    )  # fmt: skip
    os.close(handle)
    assert report.source.name == "clip.mp4"
    both = list(zip(lumas(street.path), lumas(tmp_path / "out.mp4"), strict=False))
    seen = [is_exposed(patch(clear, wall, INNER), patch(out, wall, INNER)) for clear, out in both]
    assert len(seen) == 15 and not any(seen[4:9]), "0.4 s is still on the screen at 0.45 s"
    assert mode == "reveal" or all(seen[:4] + seen[9:])


@pytest.mark.parametrize("style", ["silhouette", "solid", "background", "mosaic", "blur"])
@pytest.mark.parametrize("mode", ["cover", pytest.param("reveal", marks=pytest.mark.slow)])
def test_every_style_hides_who_is_near(
    street: Street, detectors: Detectors, tmp_path: Path, style: Style, mode: Mode
) -> None:
    report = passerby.redact(
        street.path, tmp_path / "out.mp4", Settings(mode=mode, style=style, end_s=1.0), detectors=detectors
    )
    if style in ("mosaic", "blur"):
        assert traces(street.path, tmp_path / "out.mp4", street.of(STANDS)) < 0.3
    else:
        assert not bare_frames(street, tmp_path / "out.mp4", STANDS, HEAD)
    assert bool(report.warnings) == (style in ("mosaic", "blur"))


def test_outline_shape_hides_people_and_is_warned_of(street: Street, detectors: Detectors, tmp_path: Path) -> None:
    settings = Settings(mode="reveal", shape="outline")
    report = passerby.redact(street.path, tmp_path / "out.mp4", settings, detectors=detectors)
    assert street.near_exposed(street.path, tmp_path / "out.mp4") <= 0.02
    assert any("outline" in warning.lower() for warning in report.warnings)


@pytest.mark.parametrize(
    ("hide", "kinds"),
    [
        ({Hide.PEOPLE}, {"person"}),
        ({Hide.FACES}, {"face"}),
        ({Hide.VEHICLES}, {"vehicle"}),
        ({Hide.PEOPLE, Hide.FACES, Hide.PLATES, Hide.VEHICLES}, {"person", "face", "vehicle"}),
    ],
)
def test_only_what_was_asked_for_is_looked_for(
    street: Street, detectors: Detectors, tmp_path: Path, hide: set[Hide], kinds: set[str]
) -> None:
    settings = Settings(mode="cover", hide=frozenset(hide), end_s=1.5)
    report = passerby.redact(street.path, tmp_path / "out.mp4", settings, detectors=detectors)
    assert report.frames.redacted == 15
    bare = bare_frames(street, tmp_path / "out.mp4", STANDS)
    assert bare == ([] if Hide.PEOPLE in hide else list(range(15)))
    if Hide.PEOPLE in hide:
        assert "person" in {track.kind for track in report.tracks}
    assert {model.name for model in report.models} == {
        name for name, finds in (("nanodet-g", {"person", "vehicle"}), ("centerface", {"face"})) if finds & kinds
    }


# Stills.


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".webp"])
def test_still_hides_who_is_near_and_keeps_the_rest(
    street: Street, detectors: Detectors, tmp_path: Path, suffix: str
) -> None:
    number = 20
    picture = next(pictures(street.path, number))
    source, output = tmp_path / f"still{suffix}", tmp_path / f"out{suffix}"
    assert cv2.imwrite(str(source), picture)
    report = passerby.redact(source, output, detectors=detectors)
    clear, shown = read_grey(source), read_grey(output)
    assert shown.shape == clear.shape
    near = [b.xyxy for b in street.near if b.frame == number and b.kind is Kind.PERSON and b.visibility > 0.5]
    assert len(near) >= 3
    assert not [xyxy for xyxy in near if is_exposed(patch(clear, xyxy, HEAD), patch(shown, xyxy, HEAD))]
    assert float((cv2.absdiff(clear, shown) > 24).mean()) < 0.4
    assert report.frames.redacted == 1 and report.output.bytes == output.stat().st_size


# A second look.


def test_audit_finds_people_in_the_clear_and_fewer_after_redaction(
    street: Street, redacted: Redacted, detectors: Detectors, tmp_path: Path
) -> None:
    clear = passerby.audit(street.path, detectors=detectors)
    assert clear.frames == street.frames and 1 < clear.frames_examined < street.frames
    people = [finding for finding in clear.findings if finding.kind == "person"]
    assert len(people) >= 3 and all(0 <= finding.start_s <= finding.end_s <= 3 for finding in people)
    after = passerby.audit(redacted["reveal"][0], detectors=detectors)
    assert len(after.findings) <= len(clear.findings) / 5


def test_audit_of_a_video_that_is_all_covered_finds_nothing(
    street: Street, detectors: Detectors, tmp_path: Path
) -> None:
    covers = ManualCovers.model_validate({"version": 1, "add": [{"xyxy": [-9, -9, 700, 400]}]})
    settings = Settings(mode="cover", end_s=0.4)
    passerby.redact(street.path, tmp_path / "out.mp4", settings, covers=covers, detectors=detectors)
    assert passerby.audit(tmp_path / "out.mp4", detectors=detectors).findings == []


def test_source_is_never_touched(street: Street, detectors: Detectors, tmp_path: Path) -> None:
    source = Path(shutil.copy(street.path, tmp_path / "street.mp4"))
    before = source.read_bytes()
    with pytest.raises(passerby.OutputError, match="the source itself"):
        passerby.redact(source, source, detectors=detectors, overwrite=True)
    assert source.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["street.mp4"]
