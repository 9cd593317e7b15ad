"""What tests of the page share: a real browser, a real `passerby serve`, and where screenshots go for people."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from passerby.access import Installation
from passerby.access.users import UserFacts
from passerby.api.page import built_page
from passerby.config import Config
from passerby.rules.access import Role

if TYPE_CHECKING:
    from playwright import sync_api

    playwright = sync_api  # by assignment: it may be imported from here
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")

from tests.browser import CHROMIUM, chromium, sign_in
from tests.browser import PASSWORD as PASSWORD

playwright.expect.set_options(timeout=60_000)  # of a busy machine
START_WITHIN_S = 90
WAIT_S = 60
WIDE: playwright.ViewportSize = {"width": 1280, "height": 800}
PHONE: playwright.ViewportSize = {"width": 390, "height": 844}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)  # one after the other: a browser needs a processor for itself


@dataclass
class Serving:
    """A `passerby serve` that runs. link: of the first start, None where there are users."""

    process: subprocess.Popen[str]
    base: str
    link: str | None

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(40)
        finally:
            self.process.kill()


Serve = Callable[..., Serving]


@dataclass
class Tab:
    """A page of the browser, and what went wrong in it."""

    page: playwright.Page
    base: str
    wrong: list[str] = field(default_factory=list)

    def go(self, where: str) -> None:
        self.page.goto(f"{self.base}/{where}")

    def sign_in(self, name: str = "kim") -> None:
        sign_in(self.page, f"{self.base}/", name)

    def until(self, script: str, within_s: float = WAIT_S) -> Any:
        """What a script gives, as soon as that is true. Asked from outside: the page forbids to evaluate text."""
        until_s = time.monotonic() + within_s
        while not (found := self.page.evaluate(script)):
            assert time.monotonic() < until_s, f"never: {script}"
            self.page.wait_for_timeout(100)
        return found

    def fits(self) -> bool:
        """Nothing is wider than the window."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def add_user(data: Path, name: str, *roles: Role) -> None:
    """Somebody who sees all cameras, before anything is served."""
    installation = Installation(data, Config())
    try:
        hashed = installation.passwords.hash(PASSWORD, name)
        installation.users.add(name, UserFacts(frozenset(roles), frozenset(), True), hashed)
    finally:
        installation.close()


@pytest.fixture(scope="module")
def serve() -> Iterator[Serve]:
    """Starts `passerby serve` on a data folder, with the lines of a passerby.toml beside the address."""
    if built_page() is None:
        pytest.skip("the page has not been built: make page")
    started: list[Serving] = []

    def start(data: Path, toml: str = "", port: int | None = None) -> Serving:
        data.mkdir(parents=True, exist_ok=True)
        port = port or _free_port()
        # Tests of one server sign in more often in a minute than people do.
        many_sign_ins = "" if "[sign_in]" in toml else "[sign_in]\ntries_a_minute = 1000\n"
        (data / "passerby.toml").write_text(f"{many_sign_ins}[server]\nport = {port}\n{toml}", encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "passerby", "serve", "--data", str(data)],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        started.append(Serving(process, f"http://localhost:{port}", None))
        started[-1].link = _first_words(process)
        _until_it_answers(port)
        return started[-1]

    yield start
    for each in started:
        each.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[playwright.Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with chromium() as started:
        yield started


@pytest.fixture
def open_tab(browser: playwright.Browser) -> Iterator[Callable[..., Tab]]:
    """A new window of a size; at the end nothing may have gone wrong in it."""
    tabs: list[Tab] = []

    def open_it(base: str, size: playwright.ViewportSize = WIDE, **how: Any) -> Tab:
        page = browser.new_context(viewport=size, **how).new_page()
        page.set_default_timeout(60_000)
        tab = Tab(page, base)

        def note(said: playwright.ConsoleMessage) -> None:
            if said.type in ("error", "warning"):
                tab.wrong.append(f"{said.text} {said.location['url']}")

        page.on("pageerror", lambda error: tab.wrong.append(f"failed: {error}"))
        page.on("console", note)
        tabs.append(tab)
        return tab

    yield open_it
    for tab in tabs:
        tab.page.context.close()
        assert tab.wrong == []


@pytest.fixture
def shoot() -> Callable[[Tab, str], None]:
    """Takes a screenshot, light and dark, into the folder that PASSERBY_SHOTS names; else does nothing."""
    folder = os.environ.get("PASSERBY_SHOTS")

    def take(tab: Tab, name: str) -> None:
        if not folder:
            return
        Path(folder).mkdir(parents=True, exist_ok=True)
        for scheme in ("dark", "light"):
            tab.page.emulate_media(color_scheme=scheme)
            tab.page.wait_for_timeout(1200)
            tab.page.screenshot(path=str(Path(folder) / f"{name}-{scheme}.png"))

    return take


@pytest.fixture
def shots() -> Path | None:
    """The folder that PASSERBY_SHOTS names; None: no screenshots."""
    folder = os.environ.get("PASSERBY_SHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
    return Path(folder) if folder else None


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _until_it_answers(port: int) -> None:
    """It says where it will be just before it listens there."""
    until_s = time.monotonic() + START_WITHIN_S
    while True:
        try:
            socket.create_connection(("localhost", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < until_s, "it never listened"
            time.sleep(0.1)


def _first_words(process: subprocess.Popen[str]) -> str | None:
    """Waits until it says where it is; the set-up link, if that is what it says."""
    assert process.stdout is not None
    killer = threading.Timer(START_WITHIN_S, process.kill)
    killer.start()
    try:
        for line in process.stdout:
            if "http" in line:
                found = line.strip().split()[-1]
                return found if "#/set-up/" in found else None
    finally:
        killer.cancel()
    raise AssertionError(f"passerby serve ended with {process.wait()}")
