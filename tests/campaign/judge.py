"""What must be true of a data folder after a campaign."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

from passerby.archive import Archive
from passerby.background import unpack
from passerby.media.segments import TICKS_PER_S
from passerby.testing.patterns import FOUND_AT, found_in_bytes, found_in_media, likeness
from tests.campaign.cameras import CAMERAS, LOGIN, WIDTHS_PX
from tests.campaign.campaign import ALL, NOT_RECORDING, Campaign
from tests.unit.archive.checks import check_at_rest

GAP_S = 4.0
"""Shorter ones are no gap: a picture is shown until the next comes, 3 s at most."""
BEFORE_S, AFTER_S = 6.0, 4.0
"""Around a fault: the GOP and the privacy delay before; the privacy delay and the first key frame after."""


def judge(campaign: Campaign) -> dict[str, float]:
    """Figures, where all is as it must be. Raises AssertionError."""
    with Archive(campaign.data, catalogue_url=campaign.catalogue_url) as archive:
        alarms = archive.recover()
        assert not alarms, alarms
        rows = check_at_rest(archive, campaign.data)
        gaps = {camera: _gaps(archive, camera) for camera in CAMERAS}
        recorded_s = sum(row.end_90k - row.start_90k for row in rows) / TICKS_PER_S
    lost = [line for line in _errors(campaign.log) if "alarm lost" in line]
    assert not lost, lost
    assert LOGIN[1] not in campaign.log, "no password is said"
    unexplained = [
        (camera, gap) for camera, of_camera in gaps.items() if camera != "gate"  # whose recordings go meanwhile
        for gap in of_camera if not _is_explained(campaign, camera, gap)
    ]  # fmt: skip
    assert not unexplained, (unexplained, campaign.faults)
    leaks = clear_in(campaign.folder)
    assert not leaks, leaks
    return {
        "faults": len(campaign.faults),
        "objects": len(rows),
        "recorded_s": recorded_s,
        "gaps": sum(len(each) for each in gaps.values()),
        "longest_gap_s": max((to - since for each in gaps.values() for since, to in each), default=0.0),
    }


def clear_in(folder: Path) -> list[str]:
    """The files, however deep, that show the pattern; each recorded picture decoded, each file also as bytes."""
    return [str(path) for path in sorted(folder.rglob("*")) if path.is_file() and _is_clear(path)]


def _is_clear(path: Path) -> bool:
    data = path.read_bytes()
    if path.suffix == ".mp4" and data and found_in_media(path):
        return True
    background = unpack(data)
    if background is not None and any(likeness(plane) >= FOUND_AT for plane in background.picture):
        return True
    return path.suffix != ".mp4" and found_in_bytes(data, WIDTHS_PX)


def _gaps(archive: Archive, camera: str) -> list[tuple[float, float]]:
    entries = archive.playlist(camera, 0, 2**60).entries
    assert entries or camera == "gate", f"camera '{camera}' has recorded"
    spans = [(entry.gop.start_90k / TICKS_PER_S, entry.gop.end_90k / TICKS_PER_S) for entry in entries]
    return [(a, b) for (_, a), (b, _) in itertools.pairwise(spans) if b - a > GAP_S]


def _is_explained(campaign: Campaign, camera: str, gap: tuple[float, float]) -> bool:
    """By faults that follow one another closely, or by what was said of the camera all the time."""
    reached_s = gap[0]
    for fault in sorted(campaign.faults, key=lambda fault: fault.from_s):
        if fault.camera in (ALL, camera) and fault.from_s - BEFORE_S <= reached_s:
            reached_s = max(reached_s, fault.until_s + AFTER_S)
    if reached_s >= gap[1]:
        return True
    said = [states for at_s, states in campaign.said if gap[0] + BEFORE_S <= at_s <= gap[1] - AFTER_S]
    return bool(said) and all(states is None or states.get(camera, "stopped") in NOT_RECORDING for states in said)


def _errors(log: str) -> list[str]:
    entries = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    return [str(line["says"]) for line in entries if line["level"] == "error"]
