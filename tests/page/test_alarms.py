"""A broken promise is at the top of the health page: with all there is to say for who answers for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passerby.archive import Archive
from passerby.clock import SystemClock
from passerby.media.segments import TICKS_PER_S
from passerby.rules.access import Role
from passerby.rules.retention import KeepAll
from tests.page.conftest import PHONE, Serve, Serving, Tab, add_user, playwright
from tests.recordings import recorded, steady
from tests.unit.archive.test_trouble import nothing_can_be_deleted_in

OpenTab = Callable[..., Tab]
Shoot = Callable[[Tab, str], None]
expect = playwright.expect
CAMERAS = "".join(
    f'[[camera]]\nname = "{name}"\ntitle = "{title}"\naddress = "rtsp://192.0.2.7/x"\nis_enabled = false\n'
    for name, title in (("gate", "School gate"), ("yard", "Yard"))
)
NO_ROOM = "[storage]\nmax_gigabytes = 0.000001\n"
DELETE = "Recordings or events that should be gone may still exist"
SPACE = "Recordings were deleted too early, for lack of space"
STRANGE = "There are unknown files where recordings are stored"


@pytest.fixture
def school(serve: Serve, tmp_path: Path) -> Iterator[Serving]:
    """It has no room for what two cameras recorded, cannot delete that of one, and finds a file of somebody else."""
    data = tmp_path / "data"
    add_user(data, "kim", Role.ADMIN)
    add_user(data, "lee", Role.VIEWER)
    with Archive(data) as archive:
        for hours_ago, name in ((2, "gate"), (1, "yard")):
            writer = archive.writer(name)
            for fragment in recorded(steady(10, SystemClock().now_90k() - hours_ago * 3600 * TICKS_PER_S)):
                writer.append(fragment)
            writer.close()
        assert archive.maintain(KeepAll(), SystemClock().now_90k()) == []
    (data / "objects" / "notes.txt").write_text("none of ours")
    serving = serve(data, NO_ROOM + CAMERAS)
    with nothing_can_be_deleted_in(data / "objects" / "yard"):  # its first round comes 10 s after the start
        yield serving
        serving.stop()


def test_broken_promises_are_told_on_the_page(school: Serving, open_tab: OpenTab, shoot: Shoot) -> None:
    tab = open_tab(school.base)
    tab.sign_in("kim")
    tab.go("#/health")
    notes = tab.page.locator(".alarms .note")
    lines = notes.filter(has_text=SPACE).get_by_role("listitem")
    for title, name in (("School gate", "gate"), ("Yard", "yard")):
        says = f"{title}: There is no room to keep camera '{name}' for 72 hours"
        expect(lines.filter(has_text=says)).to_have_count(1)
    expect(notes.filter(has_text=DELETE)).to_contain_text("Yard: A recording that should be gone may still exist: ")
    expect(notes.filter(has_text=STRANGE)).to_contain_text("in the store is not a recording of passerby")
    shoot(tab, "alarms")

    lee = open_tab(school.base, PHONE)
    lee.sign_in("lee")
    lee.go("#/health")
    expect(lee.page.locator(".alarms .note").filter(has_text=SPACE)).to_contain_text("School gate since")
    assert lee.fits() and "There is no room" not in lee.page.locator(".alarms").inner_text()
    shoot(lee, "alarms-of-a-viewer")
