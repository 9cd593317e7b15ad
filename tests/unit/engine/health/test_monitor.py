"""The reference is established background only, made once, kept, and made anew when an operator says so."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np

from passerby.background import Background
from passerby.engine.health.monitor import Established, Monitor
from passerby.engine.health.still import reference_still
from passerby.fleet.kept import KeptReference, forget_kept
from passerby.media.health import Check, Flow, Verdict
from tests.health import FPS, Luma, established, frame_of, pictures, place

SIZE_WH = (352, 240)


def background(seed: int = 1) -> Background:
    return established(pictures(place(SIZE_WH, seed), 4))


def verdicts(monitor: Monitor) -> dict[Check, Verdict]:
    return {each.check: each.verdict for each in monitor.findings}


def watch(monitor: Monitor, lumas: list[Luma], first: int, learned: Background | None) -> None:
    for number, luma in enumerate(lumas, start=first):
        monitor.note(frame_of(luma, number), Flow(number), learned)


def test_what_is_learned_first_is_kept_and_another_view_is_not_taken(tmp_path: Path) -> None:
    keeper = KeptReference(tmp_path, "gate")
    monitor = Monitor(SIZE_WH, keeper)
    assert monitor.reference_at_90k is None and keeper.still() is None
    here, there = background(1), background(2)
    watch(monitor, list(pictures(place(SIZE_WH, 1), 6)), 0, here)
    made_90k = monitor.reference_at_90k
    assert made_90k is not None and verdicts(monitor)[Check.MOVED] is Verdict.OK
    elsewhere = list(pictures(place(SIZE_WH, 2), 30))
    watch(monitor, elsewhere, 6 * FPS, there)
    assert verdicts(monitor)[Check.MOVED] is Verdict.BAD, "also after the new view was learned"
    assert monitor.reference_at_90k == made_90k

    again = Monitor(SIZE_WH, KeptReference(tmp_path, "gate"))
    assert again.reference_at_90k == made_90k, "over a restart too"
    watch(again, elsewhere, 0, there)
    assert verdicts(again)[Check.MOVED] is Verdict.BAD

    again.rebase()
    watch(again, elsewhere[: 8 * FPS], 30 * FPS, there)
    assert verdicts(again)[Check.MOVED] is Verdict.OK
    assert again.reference_at_90k != made_90k
    assert Monitor((640, 360), KeptReference(tmp_path, "gate")).reference_at_90k is None, "of another size"
    forget_kept(tmp_path, "gate")
    assert list(tmp_path.iterdir()) == []


def test_only_established_background_is_in_what_is_kept_and_shown(tmp_path: Path) -> None:
    whole = background()
    known = whole.established.copy()
    known[:, 100:250] = False
    part = Background(whole.picture, whole.spread, known)
    planted = Background(
        whole.picture._replace(y=np.where(known, whole.picture.y, 255 - whole.picture.y).astype(np.uint8)),
        whole.spread,
        known,
    )
    assert reference_still(part) == reference_still(planted), "it is a function of what is established"
    for name, each in (("a", part), ("b", planted)):
        KeptReference(tmp_path, name).keep(Established(each, 5), SIZE_WH)
    assert (tmp_path / "a.reference").read_bytes() == (tmp_path / "b.reference").read_bytes()
    with av.open(io.BytesIO(reference_still(part)), "r") as still:
        shown = next(still.decode(video=0)).to_ndarray(format="gray")
    assert shown[20:-20, 120:230].std() < 3, "covered"
    apart = np.abs(shown[:, 260:].astype(int) - whole.picture.y[:, 260:])
    assert np.median(apart) < 12, "shown"
