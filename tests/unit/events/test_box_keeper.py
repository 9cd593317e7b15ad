"""What a live camera keeps for trying rules: some five samples a second, a stretch a minute, and no id."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

import pytest

from passerby.events.box_keeper import BoxKeeper
from passerby.events.boxes import UNIT, Stretch, unpack
from passerby.media import InView, Kind
from passerby.media.segments import TICKS_PER_S
from tests.unit.events.test_live import AT_90K, STANDS, live
from tests.unit.rules.events.walkers import Walker, standing, straight, views

SIZE_OF_ONE = 1 / UNIT


@dataclass
class Kept:
    stretches: list[Stretch] = field(default_factory=list)
    size: int = 0

    def keep_boxes(self, camera: str, start_90k: int, end_90k: int, data: bytes) -> None:
        assert camera == "gate"
        stretch = unpack(start_90k, data)
        assert end_90k - start_90k == pytest.approx(stretch.samples[-1].at_ms * TICKS_PER_S / 1000, abs=100)
        self.stretches.append(stretch)
        self.size += len(data)


def keep(seen: Sequence[InView]) -> Kept:
    kept = Kept()
    keeper = BoxKeeper("gate", kept, lambda: False)
    for view in seen:
        keeper.note(view)
    keeper.end()
    return kept


def test_a_stretch_ends_with_each_minute_and_loses_nothing() -> None:
    kept = keep(live(STANDS, 150))
    assert [len(each.samples) for each in kept.stretches][1] == 300
    assert sum(len(each.samples) for each in kept.stretches) == 751
    for each in kept.stretches:
        minutes = {(each.start_90k + sample.at_ms * 90) // (60 * TICKS_PER_S) for sample in each.samples}
        assert len(minutes) == 1
    (box,) = kept.stretches[0].samples[7].boxes
    assert box.kind is Kind.PERSON and box.confidence == pytest.approx(0.8, abs=0.01)
    assert box.shares == pytest.approx((488 / 640, 190 / 360, 512 / 640, 250 / 360), abs=SIZE_OF_ONE)


def test_frames_between_are_left_out_and_detectors_that_rest_give_one_a_second() -> None:
    busy = keep([replace(view, pts=AT_90K + view.index * 3600, time_base=Fraction(1, TICKS_PER_S))
                 for view in views([STANDS], 40, rate=25)])  # fmt: skip
    assert sum(len(each.samples) for each in busy.stretches) <= 40 * 6.7
    idle = keep([replace(view, has_detections=False, tracks=()) for view in live(STANDS, 40)])
    samples = [sample for each in idle.stretches for sample in each.samples]
    assert 40 <= len(samples) <= 42 and not any(each.was_looked for each in samples)


def test_what_is_hidden_whole_keeps_its_time_and_no_box() -> None:
    kept = keep([replace(view, whole="a test") for view in live(STANDS, 5)])
    samples = [sample for each in kept.stretches for sample in each.samples]
    assert samples and all(each.is_whole and not each.boxes for each in samples)


def test_boxes_are_of_the_upright_picture() -> None:
    turned = [replace(view, turn=90, size_wh=(640, 360)) for view in live(STANDS, 1)]
    (stretch,) = keep(turned).stretches
    assert stretch.size_wh == (360, 640)
    (box,) = stretch.samples[0].boxes
    assert box.shares == pytest.approx((110 / 360, 488 / 640, 170 / 360, 512 / 640), abs=SIZE_OF_ONE)


def test_hints_of_those_who_are_followed_are_left_out() -> None:
    far = (10.0, 20.0, 60.0, 40.0)
    seen = [replace(view, hints=(view.tracks[0].xyxy, far)) for view in live(STANDS, 1)]
    boxes = keep(seen).stretches[0].samples[0].boxes
    assert [each.kind for each in boxes] == [Kind.PERSON, None]
    assert boxes[1].shares == pytest.approx((10 / 640, 20 / 360, 60 / 640, 40 / 360), abs=SIZE_OF_ONE)


def test_the_order_of_boxes_is_that_of_places_and_not_of_tracks() -> None:
    def both(left: int, right: int) -> list[InView]:
        tick = Fraction(1, TICKS_PER_S)
        walkers = [Walker(standing((100, 250)), left), Walker(standing((500, 250)), right)]
        seen = [replace(view, tracks=tuple(sorted(view.tracks, key=lambda t: t.tracker_id))) for view in
                views(walkers, 1)]  # fmt: skip
        return [replace(view, pts=AT_90K + round(view.time_s * TICKS_PER_S), time_base=tick) for view in seen]

    assert keep(both(1, 2)).stretches == keep(both(9, 3)).stretches


def test_an_error_ends_nothing() -> None:
    class Fails:
        def keep_boxes(self, camera: str, start_90k: int, end_90k: int, data: bytes) -> None:
            raise OSError("no room")

    keeper = BoxKeeper("gate", Fails(), lambda: False)
    for view in live(STANDS, 130):
        keeper.note(view)
    keeper.end()


def test_a_day_of_a_busy_camera_is_small() -> None:
    crowd = [Walker(straight((20 + 3 * n, 200 + 5 * n), (600, 340 - 5 * n), speed=8 + n), n) for n in range(8)]
    tick = Fraction(1, TICKS_PER_S)
    seen = [replace(view, pts=AT_90K + round(view.time_s * TICKS_PER_S), time_base=tick) for view in views(crowd, 60)]
    assert keep(seen).size * 1440 < 30 << 20
