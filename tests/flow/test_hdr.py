"""HDR as telephones film it: found as well as in SDR, covered in its own range, tags kept."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import passerby
from passerby import Settings
from passerby.background import shrink, small_size
from passerby.capture import open_source
from passerby.detect import Detector, sample
from passerby.engine.passes import Detectors
from passerby.media import Cover, Kind, RawFrame, hdr
from passerby.media.look import COLOURS
from passerby.media.overlap import iou
from passerby.paint import Redactor
from tests.exposure import BODY, HEAD, exposed_share, lumas
from tests.hdr import HLG, PQ, hdr_copy, hdr_picture
from tests.streets import Street, pictures

TRANSFERS = pytest.mark.parametrize("transfer", [PQ, HLG], ids=["PQ", "HLG"])


@pytest.fixture(scope="module")
def copies(street: Street, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    folder = tmp_path_factory.mktemp("hdr")
    return {transfer: hdr_copy(street.path, folder / f"{transfer}.mp4", transfer) for transfer in (PQ, HLG)}


def frame_of(picture: av.VideoFrame) -> RawFrame:
    return RawFrame(picture, 0, 0, Fraction(1, 25))


@TRANSFERS
def test_detectors_see_the_picture_as_it_would_be_in_sdr(street: Street, transfer: int) -> None:
    bgr = next(pictures(street.path))
    frame = frame_of(hdr_picture(bgr[..., ::-1], transfer))
    size_wh = (frame.width, frame.height)
    seen = sample.sample_bgr(frame, sample.whole(frame), size_wh)
    apart = np.abs(seen.astype(int) - bgr)
    assert apart.mean() < 4 and np.percentile(apart, 99) < 20


@TRANSFERS
def test_the_background_sees_as_much_contrast_as_in_sdr(street: Street, transfer: int) -> None:
    bgr = next(pictures(street.path))
    plain = av.VideoFrame.from_ndarray(bgr, format="bgr24").reformat(format="yuv420p", dst_colorspace=1)
    size_wh = small_size(bgr.shape[1], bgr.shape[0])
    sdr, seen = shrink(frame_of(plain), size_wh), shrink(frame_of(hdr_picture(bgr[..., ::-1], transfer)), size_wh)
    assert np.abs(sdr.y.astype(int) - seen.y).mean() < 5
    for of in ("u", "v"):
        assert 0.8 < getattr(seen, of).std() / getattr(sdr, of).std() < 1.5


def found(detectors: list[Detector], frame: RawFrame) -> list[np.ndarray]:
    each = [detector.detect(frame) for detector in detectors]
    return [box for said in each for box, kind in zip(said.xyxy, said.class_id, strict=True) if kind == Kind.PERSON]


@TRANSFERS
def test_people_are_found_as_well_as_in_sdr(
    street: Street, copies: dict[int, Path], detectors: Detectors, transfer: int
) -> None:
    """Over the whole drawn street, by the same detectors at the same score."""
    of_people = detectors.of({Kind.PERSON})

    def hits(path: Path) -> int:
        count = 0
        with open_source(path) as source:
            for frame in source:
                boxes = found(of_people, frame)
                wanted = [box.xyxy for box in street.boxes if box.frame == frame.index and box.kind is Kind.PERSON]
                if boxes and wanted:
                    count += int((iou(np.array(wanted, np.float32), np.array(boxes, np.float32)).max(1) > 0.4).sum())
        return count

    in_sdr, in_hdr = hits(street.path), hits(copies[transfer])
    assert in_sdr > 40, "nobody is found at all: this would pass for nothing"
    assert in_hdr >= 0.97 * in_sdr


@TRANSFERS
@pytest.mark.parametrize("mode", ["cover", "reveal"])
def test_hdr_is_redacted_as_sdr_is(
    street: Street, copies: dict[int, Path], detectors: Detectors, tmp_path: Path, transfer: int, mode: str
) -> None:
    source, out = copies[transfer], tmp_path / "out.mp4"
    report = passerby.redact(source, out, Settings(mode=mode), detectors=detectors)
    assert report.frames.redacted == street.frames
    if mode == "reveal":
        assert exposed_share(source, out, street.boxes, BODY) <= 0.01
        assert exposed_share(source, out, street.boxes, HEAD) <= 0.02
        assert np.mean([float(grey.std()) for grey in lumas(out)]) > 10, "the empty street is shown"
    else:
        assert exposed_share(source, out, street.near, BODY) <= 0.02
        assert exposed_share(source, out, street.near, HEAD) <= 0.05
        assert report.hidden.mean < 0.5
    with av.open(str(out)) as written:
        video = written.streams.video[0]
        context = video.codec_context
        tags = (context.color_range, context.color_primaries, context.color_trc, context.colorspace)
        assert (tags, context.pix_fmt) == ((1, 9, transfer, 9), "yuv420p10le")
        picture = next(written.decode(video))
        assert int(picture.color_trc) == transfer


@TRANSFERS
def test_covers_have_the_colour_and_brightness_of_sdr(street: Street, transfer: int) -> None:
    bgr = next(pictures(street.path))
    frame = frame_of(hdr_picture(bgr[..., ::-1], transfer))
    whole = Redactor("solid").redact(frame, Cover(whole="a test"))
    shown = sample.sample_bgr(frame_of(whole.picture), sample.whole(frame), (64, 36))
    assert np.abs(shown[..., ::-1].astype(int) - (44, 47, 52)).max() <= 3
    red, green, blue = hdr.signal_of(COLOURS[Kind.PERSON], transfer)
    assert min(red, green, blue) > 0.2 and max(red, green, blue) < (0.58 if transfer == PQ else 0.75)


@TRANSFERS
def test_a_still_in_hdr_is_refused(transfer: int, tmp_path: Path) -> None:
    from passerby.capture import open_still
    from passerby.errors import SourceError
    from tests.heif import coded, write_heif

    picture = cv2.resize(np.arange(0, 96 * 64 * 3, dtype=np.float32).reshape(64, 96, 3) % 255, (96, 64)).astype(
        np.uint8
    )
    write_heif(tmp_path / "gate.heic", [coded(picture, tmp_path / "tile.mp4", tags=(1, 9, transfer, 9))])
    with pytest.raises(SourceError, match="HDR transfer"):
        open_still(tmp_path / "gate.heic")
