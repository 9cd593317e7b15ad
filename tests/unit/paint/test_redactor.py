"""Painted frames: what is flat, what is carried, what is left alone."""

from __future__ import annotations

from dataclasses import replace

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passerby.media import Cover, CoverBox, Kind
from passerby.media.frames import PICTURE_FORMATS, plane_views
from passerby.media.look import COLOURS, NEUTRAL
from passerby.paint import Redactor
from passerby.paint.palette import samples_of
from passerby.settings import Style
from passerby.testing.pictures import copies_of_planes, scene_frame

FORMATS = [f for f in sorted(PICTURE_FORMATS) if not ("j" in f and "10" in f)]
STYLES: list[Style] = ["silhouette", "solid", "background", "mosaic", "blur"]
PERSON = Cover((CoverBox((12.5, 9.5, 41.0, 50.0), Kind.PERSON),))


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("size", [(64, 64), (63, 61), (1, 1), (17, 2)])
@pytest.mark.parametrize("quiet", [False, True])
def test_an_empty_cover_changes_nothing(pixel_format: str, size: tuple[int, int], quiet: bool) -> None:
    frame = scene_frame(*size, pixel_format, 0)
    redacted = Redactor(quiet=quiet).redact(frame, Cover())
    assert redacted.hidden == 0
    for made, source in zip(plane_views(redacted.picture), frame.planes(), strict=True):
        assert np.array_equal(made, source)


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("quiet", [False, True])
def test_the_source_picture_is_only_read(pixel_format: str, style: Style, quiet: bool) -> None:
    redactor = Redactor(style, quiet=quiet)
    for index in range(3):
        frame = scene_frame(71, 57, pixel_format, index)
        before = copies_of_planes(frame.picture)
        redacted = redactor.redact(frame, PERSON)
        assert redacted.picture is not frame.picture
        assert all(np.array_equal(a, b) for a, b in zip(before, frame.planes(), strict=True))
        pairs = zip(plane_views(redacted.picture), frame.planes(), strict=True)
        assert not any(np.shares_memory(made, source) for made, source in pairs)


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize(("style", "colour"), [("silhouette", COLOURS[Kind.PERSON]), ("solid", NEUTRAL)])
@pytest.mark.parametrize("quiet", [False, True])
def test_the_inside_of_a_box_is_one_flat_colour(
    pixel_format: str, style: Style, colour: tuple[int, int, int], quiet: bool
) -> None:
    redactor = Redactor(style, quiet=quiet)
    for index in range(3):
        frame = scene_frame(71, 57, pixel_format, index)
        redacted = redactor.redact(frame, PERSON)
        y, u, v = samples_of(colour, frame.picture)
        luma, *chroma = plane_views(redacted.picture)
        assert (luma[14:45, 12:41] == y).all() and (luma[9:50, 17:36] == y).all()  # corners are rounded
        down, across = 57 / chroma[0].shape[0], 71 / chroma[0].shape[1]
        inside = np.s_[int(14 / down) : int(45 / down), int(12 / across) : int(41 / across)]
        assert (chroma[0][inside] == u).all() and (chroma[1][inside] == v).all()


@pytest.mark.parametrize("style", STYLES)
def test_outside_the_cover_every_sample_is_the_source(style: Style) -> None:
    frame = scene_frame(71, 57, "yuv444p", 0)
    redacted = Redactor(style).redact(frame, PERSON)
    outside = np.ones((57, 71), bool)
    outside[9:50, 12:41] = False
    for made, source in zip(plane_views(redacted.picture), frame.planes(), strict=True):
        assert np.array_equal(made[outside], source[outside])


@given(st.sampled_from(FORMATS), st.sampled_from(STYLES), st.booleans(), st.integers(0, 2**32), st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_hidden_whole_is_the_same_whatever_was_filmed(
    pixel_format: str, style: Style, quiet: bool, a: int, b: int
) -> None:
    outputs = []
    for scene in (a, b):
        redactor = Redactor(style, quiet=quiet)
        redactor.redact(scene_frame(33, 31, pixel_format, 0, scene=scene), Cover())
        everything = Cover(whole="the detector failed", keep=((0, 0, 33, 31),))
        redacted = redactor.redact(scene_frame(33, 31, pixel_format, 1, scene=scene), everything)
        assert redacted.hidden == 1.0
        outputs.append(copies_of_planes(redacted.picture))
        assert all(np.unique(plane).size == 1 for plane in outputs[-1])
    assert all(np.array_equal(first, second) for first, second in zip(*outputs, strict=True))


def test_time_and_colour_tags_are_carried_and_nothing_else() -> None:
    frame = scene_frame(32, 32, "yuv420p10le", 7)
    frame.picture.colorspace, frame.picture.color_range = 9, 2
    frame.picture.color_trc, frame.picture.color_primaries = 16, 9
    for cover in (Cover(), Cover(whole="a test")):
        redacted = Redactor().redact(frame, cover)
        made = redacted.picture
        assert (redacted.index, redacted.pts, redacted.time_base) == (frame.index, frame.pts, frame.time_base)
        assert (made.pts, made.time_base) == (frame.pts, frame.time_base)
        assert (made.colorspace, made.color_range, made.color_trc, made.color_primaries) == (9, 2, 16, 9)
        assert made.format.name == "yuv420p10le"
        assert not made.metadata and not list(made.side_data.keys())


def test_background_shows_what_was_last_seen_there_and_a_silhouette_where_nothing_was() -> None:
    redactor = Redactor("background")
    left_half = Cover((CoverBox((0, 0, 32, 64), Kind.PERSON),), np.array([[True, False]]))
    first = redactor.redact(scene_frame(64, 64, "yuv420p", 0, scene=1), left_half)
    grey = samples_of(COLOURS[Kind.MOTION], first.picture)[0], samples_of(COLOURS[Kind.PERSON], first.picture)[0]
    assert np.isin(plane_views(first.picture)[0][:, :32], grey).all()

    empty = redactor.redact(scene_frame(64, 64, "yuv420p", 1, scene=1), Cover())
    seen = copies_of_planes(empty.picture)
    someone = redactor.redact(scene_frame(64, 64, "yuv420p", 2, scene=2), left_half)
    for made, before in zip(plane_views(someone.picture), seen, strict=True):
        half = made.shape[1] // 2
        assert np.array_equal(made[:, :half], before[:, :half])
        assert not np.array_equal(made[:, half:], before[:, half:])


def test_after_a_cut_nothing_of_the_scene_before_is_shown() -> None:
    redactor = Redactor("background", quiet=True)
    redactor.redact(scene_frame(64, 64, "yuv420p", 0, scene=1), Cover())
    redactor.forget()
    someone = Cover((CoverBox((0, 0, 64, 64), Kind.PERSON),))
    redacted = redactor.redact(scene_frame(64, 64, "yuv420p", 1, scene=2), someone)
    middle = plane_views(redacted.picture)[0][16:48, 16:48]
    assert (middle == samples_of(COLOURS[Kind.PERSON], redacted.picture)[0]).all()


def test_a_picture_of_another_size_or_format_starts_anew() -> None:
    redactor = Redactor("background", quiet=True)
    for width, pixel_format in [(64, "yuv420p"), (66, "yuv420p"), (66, "yuv444p"), (66, "yuv420p10le")]:
        frame = scene_frame(width, 48, pixel_format, 0)
        redacted = redactor.redact(frame, Cover())
        assert np.array_equal(plane_views(redacted.picture)[0], frame.planes()[0])


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("size", [(96, 80), (95, 77)])
def test_a_quiet_still_scene_is_the_same_bit_for_bit(pixel_format: str, size: tuple[int, int]) -> None:
    redactor = Redactor(quiet=True)
    first = copies_of_planes(redactor.redact(scene_frame(*size, pixel_format, 0), Cover()).picture)
    for index in range(1, 5):
        frame = scene_frame(*size, pixel_format, index)
        made = copies_of_planes(redactor.redact(frame, Cover()).picture)
        assert all(np.array_equal(a, b) for a, b in zip(first, made, strict=True))
        assert not np.array_equal(made[0], frame.planes()[0])


@pytest.mark.parametrize("pixel_format", FORMATS)
def test_somebody_who_never_leaves_does_not_keep_the_rest_from_being_quiet(pixel_format: str) -> None:
    redactor = Redactor(quiet=True)
    frames = [scene_frame(96, 80, pixel_format, index) for index in range(4)]
    looks = [copies_of_planes(redactor.redact(frame, PERSON).picture) for frame in frames]
    for first, last in zip(looks[0], looks[-1], strict=True):
        beyond = np.s_[:, first.shape[1] // 2 :]
        assert np.array_equal(first[beyond], last[beyond])


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("size", [(96, 80), (95, 77)])
def test_a_quiet_canvas_shows_no_sample_that_it_never_took(pixel_format: str, size: tuple[int, int]) -> None:
    """Somebody crosses from the first frame on: every pixel behind is near the scene, none is still empty."""
    redactor = Redactor(quiet=True)
    for index, x in enumerate(range(-3, 100, 5)):
        cover = Cover((CoverBox((x, 5, x + 21, 70), Kind.PERSON),))
        redactor.redact(scene_frame(*size, pixel_format, index), cover)
    frame = scene_frame(*size, pixel_format, 99)
    made = copies_of_planes(redactor.redact(frame, Cover()).picture)
    for shown, source in zip(made, frame.planes(), strict=True):
        assert np.abs(shown.astype(int) - source).max() <= 2 * (4 if source.dtype == np.uint16 else 1)


@pytest.mark.parametrize(("what", "height", "width", "change"), [("far person", 6, 12, 9), ("light", 80, 96, 4)])
@pytest.mark.parametrize("plane", [0, 1, 2])
@pytest.mark.parametrize("pixel_format", FORMATS)
def test_a_quiet_canvas_shows_what_really_changes(
    pixel_format: str, plane: int, what: str, height: int, width: int, change: int
) -> None:
    """Also if only the colour changes."""
    redactor = Redactor(quiet=True)
    redactor.redact(scene_frame(96, 80, pixel_format, 0), Cover())
    frame = scene_frame(96, 80, pixel_format, 1)
    source = plane_views(frame.picture)[plane]
    source[:height, :width] += change * (4 if source.dtype == np.uint16 else 1)
    made = plane_views(redactor.redact(frame, Cover()).picture)[plane]
    assert np.array_equal(made[:height, :width], source[:height, :width])


@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize(
    "xyxy", [(10, 6, 58, 70), (-20, -30, 41, 33), (60, 50, 150, 120), (0, 0, 95, 77), (3, 3, 5, 4)]
)
def test_a_mosaic_has_at_most_eight_cells_across(pixel_format: str, xyxy: tuple[int, int, int, int]) -> None:
    """In the middle row and column of the box, which rounding does not touch."""
    frame = scene_frame(95, 77, pixel_format, 0, noise=30)
    cover = Cover((CoverBox(xyxy, Kind.FACE),))
    y, x = (max(xyxy[1], 0) + min(xyxy[3], 77)) // 2, (max(xyxy[0], 0) + min(xyxy[2], 95)) // 2
    made = plane_views(Redactor("mosaic").redact(frame, cover).picture)[0]
    assert np.count_nonzero(np.diff(made[y, max(xyxy[0], 0) : xyxy[2]].astype(int))) <= 8
    assert np.count_nonzero(np.diff(made[max(xyxy[1], 0) : xyxy[3], x].astype(int))) <= 8


@pytest.mark.parametrize("style", ["mosaic", "blur"])
@pytest.mark.parametrize("pixel_format", FORMATS)
@pytest.mark.parametrize("stripe_px", [1, 2])
def test_what_is_finer_than_a_cell_is_gone(style: Style, pixel_format: str, stripe_px: int) -> None:
    """Stripes of full contrast under a cover 64 px across, whose cells are 8 px, become even grey."""
    frame = scene_frame(96, 80, pixel_format, 0)
    for plane in plane_views(frame.picture):
        stripes = np.arange(plane.shape[1]) // stripe_px % 2 * 200 + 20
        plane[:] = stripes * (4 if plane.dtype == np.uint16 else 1)
    made = Redactor(style).redact(frame, Cover((CoverBox((16, 8, 80, 72), Kind.PERSON),))).picture
    assert np.ptp(plane_views(made)[0][28:52, 36:60].astype(int)) <= 2


@pytest.mark.parametrize("style", ["mosaic", "blur"])
def test_a_softened_cover_moves_with_its_object(style: Style) -> None:
    """The same pixels in a box look the same wherever the box is: the grid is the object's, not the picture's."""
    object_px = np.random.default_rng(5).integers(40, 200, (48, 32)).astype(np.uint8)
    looks = []
    for left, top in [(4, 6), (30, 22)]:
        frame = scene_frame(96, 80, "yuv444p", 0)
        for plane in plane_views(frame.picture):
            plane[top : top + 48, left : left + 32] = object_px
        box = CoverBox((left, top, left + 32, top + 48), Kind.PERSON)
        made = plane_views(Redactor(style).redact(frame, Cover((box,))).picture)[0]
        looks.append(made[top : top + 48, left : left + 32].copy())
    one, other = looks
    assert np.array_equal(one, other)


def test_frames_are_counted_by_luma_pixels_hidden() -> None:
    cells = np.zeros((4, 4), bool)
    cells[0] = True
    redacted = Redactor().redact(scene_frame(64, 64, "yuv420p", 0), Cover(cells=cells))
    assert redacted.hidden == pytest.approx(0.25)
    assert isinstance(redacted.picture, av.VideoFrame)


def test_nothing_new_is_the_same_picture_at_another_time() -> None:
    redactor = Redactor(quiet=True)
    first = redactor.redact_or_repeat(scene_frame(71, 57, "yuv420p", 0), replace(PERSON, again=True))
    before = copies_of_planes(first.picture)
    again = redactor.redact_or_repeat(scene_frame(71, 57, "yuv420p", 1, scene=2), replace(PERSON, again=True))
    assert again.picture is first.picture and (again.index, again.pts) == (1, 1) and again.hidden == first.hidden
    assert all(np.array_equal(a, b) for a, b in zip(before, plane_views(again.picture), strict=True))
    new = redactor.redact_or_repeat(scene_frame(71, 57, "yuv420p", 2, scene=2), PERSON)
    assert new.picture is not first.picture
    redactor.forget()
    last = redactor.redact_or_repeat(scene_frame(71, 57, "yuv420p", 3), replace(PERSON, again=True))
    assert last.picture is not new.picture, "after a cut nothing of before is shown"
