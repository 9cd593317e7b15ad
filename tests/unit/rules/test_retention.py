"""Recordings go at their limit, never before unless there is no room, and then somebody is told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.rules.retention import HOUR_90K, MIN_HOURS, Keep, KeepAll, Recording, decide

NOW = 1_000_000 * HOUR_90K
KEEP = KeepAll({"gate": Keep(1), "yard": Keep(24), "hall": Keep(1000, more_than_30_days=True)}, Keep(100))

recording = st.builds(
    Recording,
    key=st.uuids().map(str),
    camera=st.sampled_from([*KEEP.by_camera, "lost"]),
    start_90k=st.integers(0, 1100 * HOUR_90K).map(lambda ago: NOW - ago),
    size=st.integers(1, 1000),
)
recordings = st.lists(recording, max_size=30, unique_by=lambda each: each.key)


def age_hours(each: Recording, now_90k: int) -> float:
    return (now_90k - each.start_90k) / HOUR_90K


def hours(each: Recording) -> float:
    return KEEP.of(each.camera).hours


@given(some=recordings, over=st.integers(-100, 0))
def test_with_room_exactly_what_is_over_its_limit_goes(some: list[Recording], over: int) -> None:
    verdict = decide(some, KEEP, NOW, over)
    assert set(verdict.go) == {each.key for each in some if age_hours(each, NOW) >= hours(each)}
    assert verdict.short == () and verdict.still_over == 0


@given(some=recordings, over=st.integers(-100, 20_000))
def test_enough_goes_and_no_more_than_enough(some: list[Recording], over: int) -> None:
    verdict = decide(some, KEEP, NOW, over)
    gone = [each for key in verdict.go for each in some if each.key == key]
    freed = sum(each.size for each in gone)
    assert verdict.still_over == max(0, over - freed)
    if verdict.still_over:
        assert len(gone) == len(some)
    early = [each for each in gone if age_hours(each, NOW) < hours(each)]
    if early:
        assert freed - early[-1].size < over, "the last one was needed"
    assert len(set(verdict.go)) == len(verdict.go)


@given(some=recordings, over=st.integers(-100, 20_000))
def test_what_goes_early_is_the_oldest_and_is_told(some: list[Recording], over: int) -> None:
    verdict = decide(some, KEEP, NOW, over)
    gone = set(verdict.go)
    early = [each for each in some if each.key in gone and age_hours(each, NOW) < hours(each)]
    kept = [each for each in some if each.key not in gone]
    assert all(one.start_90k <= other.start_90k for one in early for other in kept)
    assert {short.camera for short in verdict.short} == {each.camera for each in early}
    for short in verdict.short:
        assert short.kept_hours < short.promised_hours
        assert short.kept_hours == max((age_hours(k, NOW) for k in kept if k.camera == short.camera), default=0.0)


@given(some=recordings, over=st.integers(-100, 20_000), seed=st.randoms())
def test_the_order_of_what_is_given_does_not_matter(some: list[Recording], over: int, seed: object) -> None:
    mixed = list(some)
    seed.shuffle(mixed)  # type: ignore[attr-defined]
    assert decide(mixed, KEEP, NOW, over) == decide(some, KEEP, NOW, over)


def test_a_camera_nobody_spoke_of_has_72_hours() -> None:
    young, old = Recording("a", "x", NOW - 72 * HOUR_90K + 1, 1), Recording("b", "x", NOW - 72 * HOUR_90K, 1)
    assert decide([young, old], KeepAll(), NOW, 0).go == ("b",)


def test_more_than_30_days_takes_an_explicit_word() -> None:
    assert Keep(720).hours == 720
    assert Keep(721, more_than_30_days=True).hours == 721
    for wrong in (721, 0, -1, float("nan")):
        with pytest.raises(ValueError, match="hours"):
            Keep(wrong)


def test_a_limit_that_could_not_be_held_is_refused_with_the_shortest_that_can() -> None:
    assert Keep(MIN_HOURS).hours == MIN_HOURS
    for wrong in (0.0299, 0.01, 1e-9):
        with pytest.raises(ValueError, match=r"at least 0\.03 hours \(about two minutes\), not "):
            Keep(wrong)
