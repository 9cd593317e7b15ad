"""Says in words what machine and which versions figures come from. No names, no paths."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("passerby", "av", "openvino", "numpy", "opencv-python-headless")
BUSY_SHARE = 0.3  # of the processors: above it, other work takes time from what is measured


def describe_machine() -> str:
    """One line: processors, memory, system."""
    python = f"Python {platform.python_version()}"
    parts = [f"{os.cpu_count()} vCPU", _processor(), _memory(), platform.system(), python]
    return ", ".join(part for part in parts if part)


def versions() -> dict[str, str]:
    """The packages that decide the figures."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def busy_warning() -> str | None:
    """A sentence if other work runs on this machine, as far as that can be told."""
    if not hasattr(os, "getloadavg"):
        return None
    load = os.getloadavg()[0]
    if load <= BUSY_SHARE * (os.cpu_count() or 1):
        return None
    return f"the machine is not idle (load {load:.1f}): times measured now say little"


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in info.read_text().splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory() -> str:
    try:
        return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"
    except (AttributeError, ValueError, OSError):
        return ""
