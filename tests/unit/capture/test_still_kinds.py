"""A still is a still whatever its name, and one that cannot be read whole is refused in one true sentence."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from passerby.capture import has_attached_video, is_still, open_source, open_still
from passerby.errors import SourceError
from tests.heif import Coded, coded, write_heif
from tests.media_samples import Recipe, make_video
from tests.unit.capture.test_still import HEIGHT, WIDTH, quarters, upright

WRITTEN = {
    ".jpg": "JPEG",
    ".png": "PNG",
    ".webp": "WebP",
    ".bmp": "BMP",
    ".tiff": "TIFF",
    ".gif": "GIF",
    ".avif": "AVIF",
}


def encoded(suffix: str, picture: np.ndarray | None = None) -> bytes:
    ok, data = cv2.imencode(suffix, quarters() if picture is None else picture)
    assert ok
    return data.tobytes()


def luma_of(path: Path) -> np.ndarray:
    frame = open_still(path)
    luma = frame.planes()[0].astype(float) / (4 if frame.depth == 10 else 1)
    return luma if frame.picture.color_range == 2 else (luma - 16) * 255 / 219


def refused(path: Path) -> str:
    assert is_still(path)
    with pytest.raises(SourceError) as caught:
        open_still(path)
    assert caught.value.hint and str(path) in caught.value.message
    return caught.value.message


@pytest.mark.parametrize("suffix", WRITTEN)
@pytest.mark.parametrize("name", ["gate", "gate.mp4", "gate.jfif", "gate.jpe", "gate.heic", "gate.dat"])
def test_what_a_still_is_called_does_not_matter(tmp_path: Path, suffix: str, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(encoded(suffix))
    assert is_still(path)
    luma = luma_of(path)
    assert luma.shape == (HEIGHT, WIDTH)
    assert np.abs(luma - quarters()[..., 0]).mean() < (
        20 if suffix == ".gif" else 4
    )  # OpenCV writes GIFs in few colours
    with pytest.raises(SourceError, match="still picture"):
        open_source(path)


@pytest.mark.parametrize("name", ["clip.jpg", "clip.heic", "clip.gif", "clip.tif"])
@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi", ".ts"])
def test_a_video_that_is_called_a_still_is_a_video(tmp_path: Path, name: str, suffix: str) -> None:
    codec = {"codec": "mpeg4", "time_base": Fraction(1, 25)} if suffix == ".avi" else {}
    make_video(tmp_path / f"clip{suffix}", Recipe(**codec))  # type: ignore[arg-type]
    (tmp_path / f"clip{suffix}").rename(tmp_path / name)
    assert not is_still(tmp_path / name)
    with open_source(tmp_path / name) as source:
        assert len(list(source)) == 24


@pytest.mark.parametrize("name", ["clip.gif", "clip", "clip.png"])
def test_an_animated_gif_is_a_video_with_its_times(tmp_path: Path, name: str) -> None:
    with av.open(str(tmp_path / name), "w", format="gif") as container:
        stream = container.add_stream("gif", 10, width=WIDTH, height=HEIGHT)
        stream.codec_context.pix_fmt = "rgb8"
        for turn in range(4):
            picture = av.VideoFrame.from_ndarray(np.roll(quarters(), 9 * turn, axis=1), format="bgr24")
            container.mux(stream.encode(picture.reformat(format="rgb8")))
        container.mux(stream.encode(None))
    assert not is_still(tmp_path / name)
    with open_source(tmp_path / name) as source:
        assert [round(frame.time_s, 2) for frame in source] == [0, 0.1, 0.2, 0.3]


@pytest.mark.parametrize("name", ["clip.bin", "clip.jpg"])
def test_jpegs_that_follow_each_other_are_a_video(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(encoded(".jpg") * 5)
    assert not is_still(path)
    with open_source(path) as source:
        assert len(list(source)) == 5


def test_a_still_with_another_picture_at_its_end_is_a_still(tmp_path: Path) -> None:
    small = encoded(".jpg", quarters()[::2, ::2])
    (tmp_path / "preview.jpg").write_bytes(encoded(".jpg") + small)
    whole = encoded(".jpg")
    part = b"\xff\xe2" + struct.pack(">H", 6) + b"MPF\0"
    (tmp_path / "gainmap.jpg").write_bytes(whole[:2] + part + whole[2:] + whole)
    for name in ("preview.jpg", "gainmap.jpg"):
        assert luma_of(tmp_path / name).shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_tiff_comes_out_upright(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "scan.tif"
    path.write_bytes(with_tag(encoded(".tiff"), 0x0112, orientation))
    assert np.abs(luma_of(path) - upright(quarters()[..., 0], orientation)).mean() < 2


def with_tag(tiff: bytes, tag: int, value: int) -> bytes:
    """The same TIFF with its first directory anew, at the end, with one more tag."""
    order = "<" if tiff[:2] == b"II" else ">"
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    entries = {
        struct.unpack_from(f"{order}H", tiff, at + 2 + 12 * n)[0]: tiff[at + 2 + 12 * n :][:12] for n in range(count)
    }
    entries[tag] = struct.pack(f"{order}HHIHH", tag, 3, 1, value, 0)
    directory = struct.pack(f"{order}H", len(entries)) + b"".join(entries[each] for each in sorted(entries))
    after = tiff[at + 2 + 12 * count :][:4]
    return tiff[:4] + struct.pack(f"{order}I", len(tiff)) + tiff[8:] + directory + after


def test_pages_are_refused_and_smaller_copies_are_none(tmp_path: Path) -> None:
    cv2.imwritemulti(str(tmp_path / "scan.tif"), [quarters(), quarters()[::-1].copy(), quarters()])
    assert "it has 3 pages" in refused(tmp_path / "scan.tif")
    cv2.imwritemulti(str(tmp_path / "scan.tif"), [quarters(), quarters()[::2, ::2].copy()])
    data = bytearray((tmp_path / "scan.tif").read_bytes())
    order = "<" if data[:2] == b"II" else ">"
    (first,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, first)
    (second,) = struct.unpack_from(f"{order}I", data, first + 2 + 12 * count)
    (kinds,) = struct.unpack_from(f"{order}H", data, second)
    for entry in range(second + 2, second + 2 + 12 * kinds, 12):
        if struct.unpack_from(f"{order}H", data, entry)[0] == 0x00FE:
            struct.pack_into(f"{order}I", data, entry + 8, 1)
            break
    else:
        pytest.skip("this OpenCV does not say what kind of page it writes")
    (tmp_path / "scan.tif").write_bytes(data)
    assert luma_of(tmp_path / "scan.tif").shape == (HEIGHT, WIDTH)


@pytest.mark.parametrize(
    ("tag", "value", "says"), [(0x0106, 32803, "camera's raw"), (0x00FE, 1, "camera's raw"), (0x0106, 5, "CMYK")]
)
def test_a_tiff_that_would_be_read_in_part_or_wrongly_is_refused(
    tmp_path: Path, tag: int, value: int, says: str
) -> None:
    (tmp_path / "gate.nef").write_bytes(with_tag(encoded(".tiff"), tag, value))
    assert says in refused(tmp_path / "gate.nef")


def test_a_cut_tiff_is_refused_or_covered_whole(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    data = encoded(".tiff", noise)
    for share in (0.2, 0.5, 0.9):
        (tmp_path / "scan.tif").write_bytes(data[: int(len(data) * share)])
        try:
            assert open_still(tmp_path / "scan.tif").damaged
        except SourceError as error:
            assert "damaged" in error.message


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"8BPS\0\1" + bytes(99), "Photoshop"),
        (b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(99), "JPEG XL"),
        (b"\0\0\0\x18ftypcrx " + bytes(99), "camera's raw"),
        (b"FUJIFILMCCD-RAW " + bytes(99), "camera's raw"),
        (b"II+\0\x08\0\0\0" + bytes(99), "BigTIFF"),
    ],
)
def test_other_kinds_are_refused_by_name(tmp_path: Path, data: bytes, says: str) -> None:
    (tmp_path / "gate.xyz").write_bytes(data)
    assert f"it is a {says} picture, which passerby does not read" in refused(tmp_path / "gate.xyz")


@pytest.mark.parametrize("suffix", [".jp2", ".ppm", ".hdr"])
def test_stills_that_only_ffmpeg_knows_are_no_videos(tmp_path: Path, suffix: str) -> None:
    picture = quarters().astype(np.float32) / 255 if suffix == ".hdr" else quarters()
    (tmp_path / "gate.bin").write_bytes(encoded(suffix, picture))
    with pytest.raises(SourceError, match="picture") as caught:
        open_still(tmp_path / "gate.bin") if is_still(tmp_path / "gate.bin") else open_source(tmp_path / "gate.bin")
    assert "does not read" in caught.value.message


@pytest.fixture(scope="module")
def tiles(tmp_path_factory: pytest.TempPathFactory) -> list[Coded]:
    """The four quarters as pictures of their own, 64x64 each."""
    scratch = tmp_path_factory.mktemp("tiles") / "tile.mp4"
    return [coded(np.full((64, 64, 3), value, np.uint8), scratch) for value in (30, 90, 150, 220)]


def test_a_heic_of_tiles_is_put_together(tmp_path: Path, tiles: list[Coded]) -> None:
    write_heif(tmp_path / "gate.heic", tiles, columns=2, size_wh=(110, 100))
    luma = luma_of(tmp_path / "gate.heic")
    assert luma.shape == (100, 110)
    seen = [luma[32, 32], luma[32, 90], luma[90, 32], luma[90, 90]]
    assert np.abs(np.array(seen) - [30, 90, 150, 220]).max() < 4


@pytest.mark.parametrize(
    ("turning", "orientation"),
    [
        ([], 1), ([(b"imir", 1)], 2), ([(b"irot", 2)], 3), ([(b"imir", 0)], 4), ([(b"irot", 1), (b"imir", 0)], 5),
        ([(b"irot", 3)], 6), ([(b"irot", 3), (b"imir", 0)], 7), ([(b"irot", 1)], 8), ([(b"imir", 1), (b"irot", 3)], 7),
    ],
)  # fmt: skip
def test_a_heic_comes_out_upright(
    tmp_path: Path, tiles: list[Coded], turning: list[tuple[bytes, int]], orientation: int
) -> None:
    whole = np.repeat(np.repeat(np.array([[30, 90], [150, 220]], float), 64, 0), 64, 1)
    write_heif(tmp_path / "gate.heic", tiles, columns=2, size_wh=(128, 128), turning=turning)
    assert np.abs(luma_of(tmp_path / "gate.heic") - upright(whole, orientation)).mean() < 3


def test_a_heic_or_avif_of_one_picture_is_read(tmp_path: Path, tiles: list[Coded]) -> None:
    write_heif(tmp_path / "gate.heic", tiles[:1], turning=[(b"irot", 1)])
    assert abs(luma_of(tmp_path / "gate.heic").mean() - 30) < 4
    wide = coded(np.full((64, 96, 3), 90, np.uint8), tmp_path / "wide.mp4", "libsvtav1")
    write_heif(tmp_path / "gate.avif", [wide], turning=[(b"irot", 1)], kind=b"av01")
    assert luma_of(tmp_path / "gate.avif").shape == (96, 64)


def test_a_heic_of_several_pictures_is_refused_but_not_for_its_thumbnail(tmp_path: Path, tiles: list[Coded]) -> None:
    write_heif(tmp_path / "burst.heic", tiles[:2])
    assert "several pictures" in refused(tmp_path / "burst.heic")
    for serves in (b"thmb", b"auxl"):
        write_heif(tmp_path / "gate.heic", tiles[:2], second_is=serves)
        assert open_still(tmp_path / "gate.heic").width == tiles[0].width


def test_a_heif_that_is_put_together_otherwise_is_refused(tmp_path: Path, tiles: list[Coded]) -> None:
    write_heif(tmp_path / "gate.heic", tiles, columns=2, size_wh=(128, 128), put_together=b"iovl")
    assert "put together in a way that is not known ('iovl')" in refused(tmp_path / "gate.heic")
    write_heif(tmp_path / "gate.heic", tiles[:3], columns=2, size_wh=(128, 128))
    assert "tiles" in refused(tmp_path / "gate.heic")
    write_heif(tmp_path / "gate.heic", tiles, columns=2, size_wh=(300, 128))
    assert "do not fit together" in refused(tmp_path / "gate.heic")


def test_a_cut_heic_is_refused_or_covered_whole(tmp_path: Path, tiles: list[Coded]) -> None:
    write_heif(tmp_path / "gate.heic", tiles, columns=2, size_wh=(128, 128))
    data = (tmp_path / "gate.heic").read_bytes()
    for end in (40, 200, len(data) - 30, len(data) - len(tiles[3].data) - 1):
        (tmp_path / "gate.heic").write_bytes(data[:end])
        try:
            assert open_still(tmp_path / "gate.heic").damaged, end
        except SourceError as error:
            assert "damaged" in error.message


def test_an_avif_of_several_pictures_is_refused(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "gate.avif"), "w") as container:
        stream = container.add_stream("libsvtav1", 10, width=WIDTH, height=HEIGHT)
        stream.codec_context.pix_fmt = "yuv420p"
        for turn in range(3):
            picture = av.VideoFrame.from_ndarray(np.roll(quarters(), 9 * turn, axis=1), format="bgr24")
            container.mux(stream.encode(picture.reformat(format="yuv420p")))
        container.mux(stream.encode(None))
    assert "several pictures" in refused(tmp_path / "gate.avif")


def test_a_video_attached_to_a_still_is_noticed(tmp_path: Path) -> None:
    make_video(tmp_path / "video.mp4", Recipe(count=4))
    video = (tmp_path / "video.mp4").read_bytes()
    write_heif(tmp_path / "still.heic", [coded(quarters(), tmp_path / "scratch.mp4")])
    heic = (tmp_path / "still.heic").read_bytes()
    path = tmp_path / "photo"
    for still in (encoded(".jpg"), heic):
        path.write_bytes(still)
        assert not has_attached_video(path)
        path.write_bytes(still + video)
        assert has_attached_video(path) and open_still(path).height == HEIGHT
    path.write_bytes(heic + struct.pack(">I4s", 8 + len(video), b"mpvd") + video)
    assert has_attached_video(path)
