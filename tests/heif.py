"""Makes HEIC and AVIF stills as telephones do: coded pictures in tiles, joined and turned by the boxes around them."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.stream import VideoStream


@dataclass(frozen=True)
class Coded:
    """One coded picture: its bytes, its decoder's configuration, its size."""

    data: bytes
    config: bytes
    width: int
    height: int


def coded(
    rgb: np.ndarray, scratch: Path, codec: str = "libx265", tags: tuple[int, int, int, int] | None = None
) -> Coded:
    """One picture, by a real encoder."""
    height, width = rgb.shape[:2]
    with av.open(str(scratch), "w", format="mp4") as container:
        stream = container.add_stream(codec, 25, width=width, height=height)
        assert isinstance(stream, VideoStream)
        stream.codec_context.pix_fmt = "yuv420p10le" if tags else "yuv420p"
        if codec == "libx265":
            stream.codec_context.options = {"x265-params": "log-level=error:info=0:bframes=0", "crf": "8"}
            stream.codec_context.codec_tag = "hvc1"
        if tags:
            context = stream.codec_context
            context.color_range, context.color_primaries, context.color_trc, context.colorspace = tags
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        ready = picture.reformat(format=stream.codec_context.pix_fmt)
        ready.pts, ready.time_base = 0, Fraction(1, 25)
        container.mux(stream.encode(ready))
        container.mux(stream.encode(None))
    with av.open(str(scratch)) as container:
        video = container.streams.video[0]
        packet = next(each for each in container.demux(video) if each.size)
        return Coded(bytes(packet), bytes(video.codec_context.extradata or b""), width, height)


def box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body


def full(name: bytes, body: bytes, version: int = 0, flags: int = 0) -> bytes:
    return box(name, struct.pack(">I", version << 24 | flags) + body)


def write_heif(
    path: Path,
    tiles: Sequence[Coded],
    columns: int = 1,
    size_wh: tuple[int, int] | None = None,
    turning: Sequence[tuple[bytes, int]] = (),
    kind: bytes = b"hvc1",
    put_together: bytes = b"grid",
    second_is: bytes = b"",
) -> None:
    """size_wh: None for pictures that are no grid. turning: boxes `irot` and `imir` in their order.

    second_is: how the second picture serves the first, such as `thmb`; nothing: it stands for itself."""
    config = b"hvcC" if kind == b"hvc1" else b"av1C"
    items = [(number, kind) for number in range(1, len(tiles) + 1)]
    primary, grid = 1, b""
    if size_wh is not None:
        primary = len(tiles) + 1
        items.append((primary, put_together))
        grid = struct.pack(">BBBBHH", 0, 0, len(tiles) // columns - 1, columns - 1, *size_wh)
    wh = size_wh or (tiles[0].width, tiles[0].height)
    properties = [
        box(config, tiles[0].config),
        full(b"ispe", struct.pack(">II", tiles[0].width, tiles[0].height)),
        full(b"ispe", struct.pack(">II", *wh)),
        *(box(name, bytes([value])) for name, value in turning),
    ]
    turned = list(range(4, 4 + len(turning)))
    links = {number: [0x81, 2] for number in range(1, len(tiles) + 1)}
    links[primary] = ([3] if size_wh else [0x81, 2]) + [0x80 | each for each in turned]
    associations = b"".join(struct.pack(">HB", item, len(linked)) + bytes(linked) for item, linked in links.items())
    infos = b"".join(full(b"infe", struct.pack(">HH4s", item, 0, name) + b"\0", 2) for item, name in items)
    references = full(b"iref", box(b"dimg", struct.pack(">HH", primary, len(tiles)) + b"".join(
        struct.pack(">H", number) for number in range(1, len(tiles) + 1)
    ))) if size_wh else b""  # fmt: skip
    if second_is:
        references = full(b"iref", box(second_is, struct.pack(">HHH", 2, 1, 1)))

    def meta(at: int) -> bytes:
        places = b""
        for number, tile in enumerate(tiles, 1):
            places += struct.pack(">HHHHII", number, 0, 0, 1, at, len(tile.data))
            at += len(tile.data)
        if size_wh:
            places += struct.pack(">HHHHII", primary, 1, 0, 1, 0, len(grid))
        return full(
            b"meta",
            full(b"hdlr", b"\0\0\0\0pict" + bytes(13))
            + full(b"pitm", struct.pack(">H", primary))
            + full(b"iloc", struct.pack(">BBH", 0x44, 0, len(items)) + places, 1)
            + full(b"iinf", struct.pack(">H", len(items)) + infos)
            + references
            + box(
                b"iprp",
                box(b"ipco", b"".join(properties)) + full(b"ipma", struct.pack(">I", len(links)) + associations),
            )
            + (box(b"idat", grid) if size_wh else b""),
        )

    brand = b"heic" if kind == b"hvc1" else b"avif"
    head = box(b"ftyp", brand + bytes(4) + b"mif1" + brand)
    length = len(head) + len(meta(0)) + 8
    path.write_bytes(head + meta(length) + box(b"mdat", b"".join(tile.data for tile in tiles)))
