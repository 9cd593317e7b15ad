"""What another machine has recorded and not stored yet: played, seen and exported all the same, within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from passerby.archive import Archive
from passerby.errors import SourceError
from passerby.fleet.control import ControlAway
from passerby.media.machines import SpoolPlace
from passerby.media.segments import TICKS_PER_S
from passerby.service import spools_elsewhere
from passerby.service.spools_elsewhere import BATCH_BYTES, KEPT_S, READS_AT_ONCE_OF_ONE, SpoolsElsewhere
from tests.postgresql import PostgreSql
from tests.recordings import BEGIN_90K, recorded, steady
from tests.unit.archive.checks import times_played
from tests.unit.archive.test_archive import FOREVER, LATER_90K

TOKEN = 1000
MINUTE = "gate", BEGIN_90K, BEGIN_90K + 60 * TICKS_PER_S


class Wire:
    """Between the page and one site, which has an archive of its own."""

    def __init__(self, site: Archive) -> None:
        self.site, self.fetched = site, list[tuple[int, int]]()
        self.is_there = self.stays = True
        self.meanwhile: Callable[[], None] = lambda: None

    def place_of(self, spool: str) -> SpoolPlace | None:
        if spool != self.site.spool_name:
            return None
        return SpoolPlace("a", "school-7", self.stays, self.is_there, BEGIN_90K)

    def fetch(self, node: str, key: str, starts: Sequence[int], lengths: Sequence[int], within_s: float) -> list[bytes]:
        assert node == "a"
        self.meanwhile()
        self.fetched += zip(starts, lengths, strict=True)
        found = [self.site.read_spooled(key, *each) for each in zip(starts, lengths, strict=True)]
        if None in found:
            raise FileNotFoundError(key)
        return [each or b"" for each in found]


class Scene:
    def __init__(self, folder: Path, url: str) -> None:
        self.site = Archive(folder / "site", catalogue_url=url, store=folder / "store")
        self.wire = Wire(self.site)
        spools = SpoolsElsewhere(self.wire, self.wire.place_of)
        self.page = Archive(folder / "page", catalogue_url=url, store=folder / "store", others=spools)
        self.writer = self.site.writer("gate", token=TOKEN)
        for fragment in recorded(steady(20)):
            self.writer.append(fragment)

    def close(self) -> None:
        self.site.close()
        self.page.close()


@pytest.fixture
def scene(tmp_path: Path, postgresql: PostgreSql) -> Iterator[Scene]:
    found = Scene(tmp_path, postgresql.new_database())
    yield found
    found.close()


def test_what_is_still_being_written_elsewhere_is_seen_and_plays(scene: Scene) -> None:
    still = scene.page.still("gate", BEGIN_90K + 3 * TICKS_PER_S)
    assert still is not None and still.at_90k == BEGIN_90K + 3 * TICKS_PER_S
    assert still == scene.site.still("gate", BEGIN_90K + 3 * TICKS_PER_S)
    assert times_played(scene.page, *MINUTE) == list(steady(18)), "up to its last whole GOP"


def test_what_came_once_is_not_fetched_again_for_a_while(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = 0.0
    monkeypatch.setattr(scene.page._places.others, "_kept", spools_elsewhere._Kept(lambda: now_s))
    for _ in range(3):
        assert scene.page.still("gate", BEGIN_90K) is not None
    assert len(scene.wire.fetched) == 1
    now_s = KEPT_S + 1
    assert scene.page.still("gate", BEGIN_90K) is not None
    assert len(scene.wire.fetched) == 2
    scene.site._places.rows.mark_deleting([scene.page.playlist("gate", BEGIN_90K, BEGIN_90K + 1).entries[0].key])
    assert scene.page.still("gate", BEGIN_90K) is None, "what is deleted is not shown from memory"


def test_an_object_that_is_stored_meanwhile_is_read_from_the_store(scene: Scene) -> None:
    def stored() -> None:
        scene.writer.close()
        assert scene.site.maintain(FOREVER, LATER_90K) == []

    scene.wire.meanwhile = stored
    assert scene.page.still("gate", BEGIN_90K) == scene.site.still("gate", BEGIN_90K)
    assert scene.wire.fetched and times_played(scene.page, *MINUTE) == list(steady(20))


def test_a_site_that_is_gone_is_said_and_what_was_stored_still_plays(scene: Scene) -> None:
    scene.wire.is_there = False
    with pytest.raises(SourceError) as refused:
        scene.page.still("gate", BEGIN_90K)
    assert str(refused.value) == (
        "'school-7' has not been reachable since 2026-09-21 14:15 UTC: its recordings stay there "
        "(they can be watched when it is back)"
    )
    assert scene.wire.fetched == []
    (stretch,) = scene.page.elsewhere("gate", BEGIN_90K, BEGIN_90K + 60 * TICKS_PER_S)
    assert (stretch.from_90k, stretch.to_90k) == (BEGIN_90K, BEGIN_90K + 18 * TICKS_PER_S)
    scene.writer.close()
    scene.site.maintain(FOREVER, LATER_90K)
    assert times_played(scene.page, *MINUTE) == list(steady(20))
    assert scene.page.elsewhere("gate", BEGIN_90K, BEGIN_90K + 60 * TICKS_PER_S) == []


def test_a_line_that_breaks_is_said_in_words(scene: Scene) -> None:
    def breaks() -> None:
        raise ControlAway("NATS does not answer (TimeoutError)")

    scene.wire.meanwhile = breaks
    with pytest.raises(SourceError, match="'school-7' does not send the recording that it has"):
        scene.page.still("gate", BEGIN_90K)


def test_only_so_many_fetch_at_once_from_one_site(scene: Scene) -> None:
    deep: list[SourceError] = []

    def more() -> None:
        """While one is fetched, another is asked for, and so on."""
        at_90k = BEGIN_90K + 2 * TICKS_PER_S * (len(scene.page._places.others._reads) and depth())  # type: ignore[union-attr]
        try:
            scene.page.still("gate", at_90k)
        except SourceError as error:
            deep.append(error)

    def depth() -> int:
        return sum(scene.page._places.others._reads.values())  # type: ignore[union-attr]

    scene.wire.meanwhile = more
    assert scene.page.still("gate", BEGIN_90K) is not None
    assert [str(each) for each in deep] == [
        "too many recordings are being fetched from 'school-7' (try again in a moment)"
    ]
    assert len(scene.wire.fetched) == READS_AT_ONCE_OF_ONE and depth() == 0


def test_a_long_range_comes_bit_by_bit() -> None:
    ranges = [(number * 400_000, 400_000) for number in range(5)] + [(9_000_000, 3 * BATCH_BYTES)]
    batches = list(spools_elsewhere._batches(ranges))
    assert [each for some in batches for each in some] == ranges
    assert [len(some) for some in batches] == [2, 2, 1, 1]


def test_a_thumbnail_is_not_worth_a_thin_line(scene: Scene) -> None:
    assert scene.page.thumbnail("gate", BEGIN_90K, 64) is None and scene.wire.fetched == []
    scene.wire.stays = False
    assert scene.page.thumbnail("gate", BEGIN_90K, 64) is not None, "it is only on its way to the store"


def test_how_much_an_export_would_fetch_is_known_before(scene: Scene) -> None:
    entries = scene.page.playlist("gate", BEGIN_90K, BEGIN_90K + 60 * TICKS_PER_S).entries
    assert scene.page.far_bytes(entries) == sum(each.gop.size for each in entries) > 0
    assert scene.site.far_bytes(entries) == 0
