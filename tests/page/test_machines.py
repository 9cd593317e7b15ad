"""Machines, and live pictures of a camera that another machine records: a real cluster, and a browser."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passerby.api.page import built_page
from passerby.capture.drawn import draw_street
from passerby.rules.access import Role
from tests.cluster import Cluster, NatsServer, s3_server, wait_for
from tests.cluster_page import PageMachine, add_user
from tests.page.conftest import PHONE, Tab, playwright
from tests.postgresql import PostgreSql

Shoot = Callable[[Tab, str], None]
OpenTab = Callable[..., Tab]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory, postgresql: PostgreSql) -> Iterator[PageMachine]:
    if built_page() is None:
        pytest.skip("the page has not been built: make page")
    folder: Path = tmp_path_factory.mktemp("machines")
    video = folder / "street.mp4"
    draw_street(video, seconds=20, size=(160, 120), fps=2)
    with s3_server() as s3:
        nats = NatsServer(folder / "nats")
        cameras = {f"gate-{number}": f"file:{video}" for number in range(4)}
        cluster = Cluster(folder, nats, postgresql.new_database(), s3, cameras)
        add_user(cluster, "kim", Role.VIEWER, Role.ADMIN)
        found = PageMachine(cluster, "page")
        try:
            cluster.start("north-1", "south-1")
            found.sign_in("kim")
            wait_for(lambda: len(found.get("/api/machines")["machines"]) == 2, "machines", 60)
            wait_for(lambda: "unknown" not in found.states().values(), "states", 60)
            yield found
        finally:
            found.kill()
            cluster.close()
            nats.kill()


def test_a_camera_of_another_machine_is_live_and_machines_say_which_are_gone(
    page: PageMachine, open_tab: OpenTab, shoot: Shoot
) -> None:
    tab = open_tab(page.base)
    tab.sign_in()
    tab.go("#/live")
    tab.until("(document.querySelector('video')?.currentTime ?? 0) > 1")
    shoot(tab, "live-of-another-machine")
    tab.page.get_by_role("link", name="Machines").click()
    expect = playwright.expect
    rows = tab.page.get_by_role("table", name="Machines").get_by_role("row")
    expect(rows).to_have_count(3)
    expect(rows.filter(has_text="north-1")).to_contain_text(
        re.compile("Running|Overloaded")
    )  # as busy as this machine is
    shoot(tab, "machines")
    page.cluster.workers[0].kill()
    expect(rows.filter(has_text="north-1")).to_contain_text("Gone")
    expect(rows.filter(has_text="south-1")).to_contain_text("4")
    expect(tab.page.get_by_text("Every camera is where it belongs.")).to_be_visible()
    assert tab.fits()
    page.cluster.command("cordon", "south-1")
    expect(rows.filter(has_text="south-1")).to_contain_text("Keeps its cameras and takes no more.")
    shoot(tab, "machines-gone")
    phone = open_tab(page.base, PHONE, locale="ru-RU")
    phone.page.goto(page.base)
    phone.page.get_by_label("Имя").fill("kim")
    phone.page.get_by_label("Пароль").fill("a long enough pass phrase")
    phone.page.get_by_role("button", name="Войти", exact=True).click()
    phone.page.locator("#content").wait_for()
    phone.go("#/machines")
    expect(phone.page.get_by_role("heading", name="Узлы")).to_be_visible()
    expect(phone.page.get_by_text("Пропал", exact=True)).to_be_visible()
    assert phone.fits()
    shoot(phone, "machines-ru-phone")
