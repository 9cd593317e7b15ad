"""What is kept of a background: what is established, and not one pixel more."""

from __future__ import annotations

import zlib
from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from passerby.background import Background, SmallPicture, pack, unpack
from passerby.background.packed import _HEAD

ROWS, COLUMNS = 24, 40


def background(seed: int, share: float) -> Background:
    rng = np.random.default_rng(seed)
    planes = [rng.integers(0, 256, (ROWS, COLUMNS), np.uint8) for _ in range(4)]
    established = rng.random((ROWS, COLUMNS)) < share
    return Background(SmallPicture(*planes[:3]), planes[3] // 8, established, is_adrift=bool(seed % 2))


@given(st.integers(0, 1000), st.sampled_from([0.0, 0.3, 0.9, 1.0]))
def test_what_is_established_comes_back(seed: int, share: float) -> None:
    before = background(seed, share)
    after = unpack(pack(before))
    assert after is not None and after.is_adrift == before.is_adrift
    known = before.established
    assert np.array_equal(after.established, known)
    for then, now in zip((*before.picture, before.spread), (*after.picture, after.spread), strict=True):
        assert np.array_equal(then[known], now[known])
    assert (after.spread[~known] == 255).all()


@given(st.integers(0, 1000), st.sampled_from([0.0, 0.3, 0.9]))
def test_what_is_not_established_is_in_no_bit_of_it(seed: int, share: float) -> None:
    one, known = background(seed, share), background(seed, share).established
    other = SmallPicture(*(np.where(known, plane, 255 - plane) for plane in one.picture))
    spread = np.where(known, one.spread, 77).astype(np.uint8)
    assert pack(one) == pack(replace(one, picture=other, spread=spread))


@given(st.binary(max_size=64), st.integers(0, 400))
def test_bytes_that_are_no_background_are_none(noise: bytes, cut: int) -> None:
    assert unpack(noise) is None
    whole = pack(background(1, 0.9))
    assert unpack(whole[: min(cut, len(whole) - 1)]) is None


def test_a_bomb_is_not_unpacked() -> None:
    assert unpack(_HEAD.pack(b"pbbg2", 10, 10, 0) + zlib.compress(bytes(100_000_000), 9)) is None


def test_what_an_older_version_kept_is_not_used() -> None:
    """Nobody had examined it: somebody who never moves may be in it."""
    kept = pack(background(1, 0.9))
    assert unpack(kept) is not None
    assert unpack(kept.replace(b"pbbg2", b"pbbg1", 1)) is None
