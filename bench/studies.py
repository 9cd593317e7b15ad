"""The measurements behind single choices of the engine: at which size to look, how far ahead, with which tracker.

    studies.py [sizes] [ahead] [trackers]

They need the moving clip of the footage, since there the detector is alone. See bench/README.md.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from clips import ClipMissing, Clips, shared_folder
from machine import describe_machine
from process import CommandFailed
from study_sizes import study_sizes
from study_tracks import study_ahead, study_trackers
from venvs import TRACKERS, cache_folder

CLIP = "bus.mp4"
STUDIES = ("sizes", "ahead", "trackers")
DEFAULT_FRAMES = 60


def main() -> int:
    asked = parse_arguments()
    print(describe_machine())
    with tempfile.TemporaryDirectory(prefix="passerby-studies-") as work:
        clips = Clips(asked.shared.resolve(), Path(work), asked.end)
        try:
            for name in asked.studies or STUDIES:
                print(f"\n{run(name, asked, clips, Path(work))}", flush=True)
        except (ClipMissing, CommandFailed) as error:
            print(f"couldn't go on: {error}", file=sys.stderr)
            return 1
    return 0


def run(name: str, asked: argparse.Namespace, clips: Clips, work: Path) -> str:
    """One study's table, in Markdown. Raises ClipMissing or CommandFailed."""
    clip, shared = clips.get(CLIP), asked.shared.resolve()
    if name == "sizes":
        return study_sizes(shared, clip, asked.frames)
    if name == "ahead":
        return study_ahead(shared, clip, work)
    return study_trackers(shared, clip, work, TRACKERS.ready(asked.cache) / "python")


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"of {', '.join(STUDIES)} (default all)")
    parser.add_argument("--frames", type=int, default=DEFAULT_FRAMES, help="how many frames the sizes are tried on")
    parser.add_argument("--end", type=float, metavar="S", help="use only the first S seconds of the clip")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder with footage and measures")
    parser.add_argument("--cache", type=Path, default=cache_folder(), help="where other trackers are installed, apart")
    asked = parser.parse_args()
    if unknown := set(asked.studies) - set(STUDIES):
        parser.error(f"there is no study {', '.join(sorted(unknown))}")
    return asked


if __name__ == "__main__":
    sys.exit(main())
