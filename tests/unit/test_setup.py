"""Set-up: what an install uses is pinned by name, and no project file names a machine's own paths or indexes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"([a-z0-9-]+)==([0-9][0-9a-z.]*)")


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[\s<>=!~;\[]", name.strip(), maxsplit=1)[0]).lower()


@pytest.fixture(scope="module")
def pins() -> dict[str, str]:
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    matches = [PIN.fullmatch(line) for line in lines]
    assert all(matches), "constraints.txt holds names and exact versions, nothing else"
    return {match[1]: match[2] for match in matches if match}


def test_every_dependency_is_pinned(pins: dict[str, str]) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    named = list(project["project"]["dependencies"]) + list(project["build-system"]["requires"])
    for extra in project["project"]["optional-dependencies"].values():
        named += extra
    assert {plain(name) for name in named} - set(pins) == set()


def test_pins_agree_with_exact_requirements(pins: dict[str, str]) -> None:
    for name, version in re.findall(r'"([\w-]+)==([\w.]+)"', (ROOT / "pyproject.toml").read_text()):
        assert pins[plain(name)] == version


@pytest.mark.parametrize("file", ["Makefile", ".ci/run", "constraints.txt", "pyproject.toml", "hatch_build.py"])
def test_set_up_names_no_index_and_no_machine_path(file: str) -> None:
    text = (ROOT / file).read_text()
    assert not re.search(r"--(extra-)?index-url|https?://|/home/|/root/|/work/", text)


def test_version_is_the_same_everywhere() -> None:
    import passerby
    from passerby.version import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["version"] == passerby.__version__ == __version__
