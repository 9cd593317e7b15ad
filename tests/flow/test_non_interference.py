"""The output is a function of what is outside the cover: change anything under it, and no bit of the video differs."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.media import Cover, CoverBox, Kind, RawFrame
from passerby.media.frames import PICTURE_FORMATS, Plane, plane_views
from passerby.paint import Redactor
from passerby.paint.region import Region
from passerby.settings import Style
from passerby.testing.pictures import FRAME_S, copies_of_planes, frame_of, scene_frame

FORMATS = [f for f in sorted(PICTURE_FORMATS) if not ("j" in f and "10" in f)]
IRREVERSIBLE: list[Style] = ["silhouette", "solid", "background"]

edges = st.floats(-30, 90, allow_nan=False, width=16)
boxes = st.builds(CoverBox, st.tuples(edges, edges, edges, edges), st.sampled_from(list(Kind)))
cells = st.one_of(
    st.none(),
    st.builds(
        lambda seed, rows, columns, share: np.random.default_rng(seed).random((rows, columns)) < share,
        st.integers(0, 99),
        st.integers(1, 30),
        st.integers(1, 30),
        st.sampled_from([0.02, 0.2, 0.9]),
    ),
)
covers = st.builds(
    Cover,
    st.lists(boxes, max_size=3).map(tuple),
    cells,
    st.sampled_from([None, None, None, "a detector failed"]),
    st.lists(st.tuples(edges, edges, edges, edges), max_size=1).map(tuple),
)


@dataclass(frozen=True)
class Moment:
    """One frame of a clip: what is hidden, how noisy it is (2 is quiet), which scene it shows."""

    cover: Cover
    noise: int
    scene: int


moments = st.builds(Moment, covers, st.sampled_from([0, 1, 2, 2, 40]), st.sampled_from([1, 1, 1, 2]))
clips = st.lists(moments, min_size=1, max_size=5)


def hidden_samples(frame: RawFrame, cover: Cover) -> list[np.ndarray]:
    """Which samples of Y, U and V a cover hides; test_region.py holds that to the words of `Cover`."""
    if cover.whole is not None:
        return [np.ones(plane.shape, bool) for plane in frame.planes()]
    name = frame.picture.format.name
    region = Region(frame.width, frame.height, int("444" not in name), int("420" in name))
    region.draw(cover)
    return [region.luma != 0, region.chroma != 0, region.chroma != 0]


def with_other_hidden(frame: RawFrame, cover: Cover, seed: int) -> RawFrame:
    """The same frame, but for random samples under the cover."""
    changed = av.VideoFrame(frame.width, frame.height, frame.picture.format.name)
    rng = np.random.default_rng(seed)
    top = 1 << frame.depth
    for made, plane, hidden in zip(plane_views(changed), frame.planes(), hidden_samples(frame, cover), strict=True):
        made[:] = np.where(hidden, rng.integers(0, top, plane.shape), plane)
    return frame_of(changed, frame.index)


def redact_twice(
    clip: list[Moment], size: tuple[int, int], pixel_format: str, style: Style, quiet: bool, seed: int
) -> tuple[list[av.VideoFrame], list[av.VideoFrame]]:
    one, other = Redactor(style, quiet=quiet), Redactor(style, quiet=quiet)
    first, second = [], []
    for index, moment in enumerate(clip):
        frame = scene_frame(*size, pixel_format, index, scene=moment.scene, noise=moment.noise)
        first.append(one.redact(frame, moment.cover).picture)
        second.append(other.redact(with_other_hidden(frame, moment.cover, seed + index), moment.cover).picture)
    return first, second


def encode(pictures: list[av.VideoFrame]) -> bytes:
    """The bits of x264, without its macroblock tree: of pictures narrower than about 288 px, that reads memory which it
    never wrote (AVX-512; shown by MALLOC_PERTURB_), so that the same pictures give other bits from run to run."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height = pictures[0].width, pictures[0].height
    encoder.pix_fmt, encoder.time_base = pictures[0].format.name, FRAME_S
    encoder.thread_count = 2
    encoder.options = {"preset": "veryfast", "crf": "23", "mbtree": "0"}
    packets = [packet for picture in [*pictures, None] for packet in encoder.encode(picture)]
    return b"".join(bytes(packet) for packet in packets)


def same(first: list[Plane], second: list[Plane]) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@given(
    clips,
    st.tuples(st.integers(1, 70), st.integers(1, 70)),
    st.sampled_from(FORMATS),
    st.sampled_from(IRREVERSIBLE),
    st.booleans(),
    st.integers(0, 2**32),
)
@settings(max_examples=300, deadline=None)
def test_what_is_hidden_reaches_no_sample(
    clip: list[Moment], size: tuple[int, int], pixel_format: str, style: Style, quiet: bool, seed: int
) -> None:
    for first, second in zip(*redact_twice(clip, size, pixel_format, style, quiet, seed), strict=True):
        assert same(copies_of_planes(first), copies_of_planes(second))


@given(clips, st.sampled_from(FORMATS), st.sampled_from(IRREVERSIBLE), st.booleans(), st.integers(0, 2**32))
@settings(max_examples=25, deadline=None)
def test_what_is_hidden_reaches_no_bit_of_the_video(
    clip: list[Moment], pixel_format: str, style: Style, quiet: bool, seed: int
) -> None:
    first, second = redact_twice(clip, (96, 80), pixel_format, style, quiet, seed)
    assert encode(first) == encode(second)


@pytest.mark.parametrize("style", ["mosaic", "blur"])
def test_mosaic_and_blur_do_let_something_through(style: Style) -> None:
    """Why they carry a warning; and that the changes of these tests reach whatever reads what is hidden."""
    clip = [Moment(Cover((CoverBox((10, 10, 50, 50), Kind.PERSON),)), 0, 1)]
    first, second = redact_twice(clip, (96, 80), "yuv420p", style, False, 5)
    assert encode(first) != encode(second)


def test_a_sample_outside_the_cover_does_reach_the_video() -> None:
    cover = Cover((CoverBox((10, 10, 50, 50), Kind.PERSON),))
    frame = scene_frame(96, 80, "yuv420p", 0)
    first = Redactor().redact(frame, cover).picture
    plane_views(frame.picture)[0][70, 80] ^= 64
    assert encode([first]) != encode([Redactor().redact(frame, cover).picture])


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("style", IRREVERSIBLE)
def test_a_person_who_comes_and_goes_leaves_nothing_behind(style: Style, quiet: bool) -> None:
    """A walk across a still scene with noise: what the quiet canvas and the background remember is only the scene."""
    walk = [Cover((CoverBox((x, 13.0, x + 21.5, 60.0), Kind.PERSON),)) for x in range(-22, 96, 7)]
    clip = [Moment(cover, 1, 1) for cover in [*walk, Cover(), Cover()]]
    first, second = redact_twice(clip, (96, 80), "yuv420p", style, quiet, 11)
    assert all(same(copies_of_planes(a), copies_of_planes(b)) for a, b in zip(first, second, strict=True))
    assert encode(first) == encode(second)
