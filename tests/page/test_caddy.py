"""Caddy in front of passerby, configured as the guide says: live pictures, and files that are uploaded."""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from passerby.rules.access import Role
from tests.media_samples import Recipe, make_video
from tests.page.conftest import Serve, Serving, Tab, add_user, playwright
from tests.retries import by_real_time

OpenTab = Callable[..., Tab]
expect = playwright.expect

CADDY = shutil.which("caddy")
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "https.md"
BLOCKS = re.findall(r"^```\w*\n(.*?)^```", GUIDE.read_text("utf-8"), re.S | re.M)
CONFIGURED = [block for block in BLOCKS if "reverse_proxy" in block]
"""The guide's blocks for Caddy: at a host of its own, under a path that is passed on, under one that is removed."""
SCENE = """trusted_proxies = ["127.0.0.1/32"]
{path}
[sources]
drawn = true
[[camera]]
name = "street"
address = "drawn:street"
"""
PLAYS = "document.querySelector(\"video[aria-label='Live picture of street']\")?.currentTime ?? 0"


@pytest.fixture(scope="module", params=["", 'path = "/cameras/"'], ids=["own host", "under a path"])
def served(request: pytest.FixtureRequest, serve: Serve, tmp_path_factory: pytest.TempPathFactory) -> Serving:
    if CADDY is None:
        pytest.skip("Caddy is not installed")
    data = tmp_path_factory.mktemp("caddy") / "data"
    data.mkdir()
    add_user(data, "kim", Role.OPERATOR)
    return serve(data, SCENE.format(path=request.param))


@pytest.fixture(params=range(3), ids=["own host", "passes the path on", "removes the path"])
def base(request: pytest.FixtureRequest, served: Serving, tmp_path: Path) -> Iterator[str]:
    """The address of passerby behind Caddy. HTTP only, as there is nobody to give a certificate."""
    is_under_path = "under a path" in request.node.callspec.id
    if (request.param > 0) != is_under_path:
        pytest.skip("the block is for the other place")
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = int(found.getsockname()[1])
    block = CONFIGURED[request.param].replace(":8080", f":{served.base.rpartition(':')[2]}")
    site = re.sub(r"^\S+ \{", f"http://localhost:{port} {{", block, count=1)
    (tmp_path / "Caddyfile").write_text("{\n\tadmin off\n}\n" + site, encoding="utf-8")
    command = [str(CADDY), "run", "--config", str(tmp_path / "Caddyfile"), "--adapter", "caddyfile"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, env={"HOME": str(tmp_path)})
    until_s = time.monotonic() + 30
    while time.monotonic() < until_s:
        with socket.socket() as asked:
            if asked.connect_ex(("localhost", port)) == 0:
                break
        time.sleep(0.05)
    yield f"http://localhost:{port}{'/cameras' if is_under_path else ''}"
    process.terminate()
    process.wait(20)


def test_the_guide_has_three_configurations() -> None:
    assert ["handle_path" in each for each in CONFIGURED] == [False, False, True]


@by_real_time("a live picture that comes late is said to be old")
def test_live_plays_and_a_file_is_redacted_behind_caddy(base: str, open_tab: OpenTab, tmp_path: Path) -> None:
    tab = open_tab(base)
    tab.sign_in()
    tab.go("#/live")
    begun = tab.until(PLAYS)
    tab.until(f"{PLAYS} > {begun + 1}")
    make_video(tmp_path / "street.mp4", Recipe(count=8))
    tab.go("#/redact")
    tab.page.get_by_label("Choose a file").set_input_files(str(tmp_path / "street.mp4"))
    expect(tab.page.get_by_role("link", name="Download")).to_be_visible(timeout=150_000)
    with tab.page.expect_download() as saving:
        tab.page.get_by_role("link", name="Download").click()
    assert saving.value.suggested_filename == "street.redacted.mp4"
    tab.page.goto(base)  # without the slash at its end
    expect(tab.page.get_by_role("button", name="Sign out")).to_be_visible()
