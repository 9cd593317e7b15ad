"""What must be true of every archive at rest."""

from __future__ import annotations

import io
from pathlib import Path

import av

from passerby.archive import Archive
from passerby.media.mp4.index import read_index
from passerby.media.mp4.init import read_init
from passerby.media.segments import ArchivedObject, ObjectState


def rows_of(archive: Archive) -> list[ArchivedObject]:
    catalogue = archive._places.rows
    found = [catalogue.find(key) for key in sorted(catalogue.keys())]
    return [row for row in found if row]


def check_at_rest(archive: Archive, folder: Path) -> list[ArchivedObject]:
    """Every row has its bytes, all bytes their row, each object plays and can be searched by its own index."""
    rows = rows_of(archive)
    assert {path.name for path in (folder / "spool").iterdir()} == {"name"}
    assert {row.state for row in rows} <= {ObjectState.CLOSED}
    stored = {path.relative_to(folder / "objects").as_posix(): path for path in (folder / "objects").rglob("*.mp4")}
    assert stored.keys() == {row.key for row in rows}
    for row in rows:
        check_object(row, stored[row.key].read_bytes())
    return rows


def check_object(row: ArchivedObject, data: bytes) -> None:
    init = read_init(data)
    assert init is not None and init.id == row.init_id
    assert len(data) == row.size == row.gops[-1].offset + row.gops[-1].size
    assert (row.start_90k, row.end_90k) == (row.gops[0].start_90k, row.gops[-1].end_90k)
    assert read_index(data, len(init.data)) == row.gops
    with av.open(io.BytesIO(data), "r") as file:
        times = [packet.pts for packet in file.demux(video=0) if packet.pts is not None]
    assert times[0] == row.start_90k and times == sorted(times) and times[-1] < row.end_90k
    middle = row.gops[len(row.gops) // 2]
    with av.open(io.BytesIO(data), "r") as file:
        file.seek(middle.start_90k, stream=file.streams.video[0])
        assert next(file.decode(video=0)).pts == middle.start_90k
    alone = init.data + data[middle.offset : middle.offset + middle.size]
    with av.open(io.BytesIO(alone), "r") as file:
        assert next(file.decode(video=0)).pts == middle.start_90k


def times_played(archive: Archive, camera: str, from_90k: int, to_90k: int) -> list[int]:
    """The times of all pictures that a range of time gives, decoded."""
    found: list[int] = []
    for fragment in archive.fragments(camera, from_90k, to_90k):
        with av.open(io.BytesIO(fragment.init.data + fragment.data), "r") as file:
            found += [picture.pts or 0 for picture in file.decode(video=0)]
    return found
