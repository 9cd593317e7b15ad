"""The fault campaign at length: random faults on the whole service, then a judgement of what it left behind.

    python bench/campaign.py --minutes 30 --seed 4
    python bench/campaign.py --engine 2000 --seed 4       # faults of the engine, in this process, on a clock of its own
    python bench/campaign.py --engine 900 --mode cover    # the same in one mode
    python bench/campaign.py --minutes 30 --postgresql    # with its catalogue there, in a server that is killed too

It says each round as it goes, and its figures at the end; it fails where anything clear is found, a row has no bytes,
bytes have no row, or there is a gap that no fault explains. What is done is in tests/campaign/.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.campaign.campaign import Campaign
from tests.campaign.engine_faults import KINDS, MODES, EngineCampaign, Figures, Mode
from tests.campaign.judge import judge
from tests.postgresql import postgresql_server

ENGINE_ROUNDS = 3


def main() -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # so that no service stays behind
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, help="a new folder for what is left behind; without it: thrown away")
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--engine", type=int, metavar="FAULTS", help="so many faults of detectors, time and picture")
    parser.add_argument("--mode", choices=MODES, help="of the engine's faults; without it half of them in each")
    asked = parser.parse_args()
    if asked.engine:
        return break_engine(asked.engine, asked.seed, [asked.mode] if asked.mode else MODES)
    with ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="passerby-campaign-"))
        database = stack.enter_context(postgresql_server()) if asked.postgresql else None
        campaign = Campaign(asked.keep or Path(scratch), asked.seed, database=database)
        campaign.run(asked.minutes * 60, lambda line: print(line, flush=True))
        figures = judge(campaign)
    kinds = Counter(fault.kind for fault in campaign.faults)
    print(", ".join(f"{count} × {kind}" for kind, count in kinds.most_common()))
    print(", ".join(f"{name} {figure:g}" for name, figure in figures.items()))
    return 0


def break_engine(faults: int, seed: int, modes: Sequence[Mode] = MODES) -> int:
    """As many in each mode, in runs of some rounds of all kinds, each with its own seed. See
    tests/campaign/engine_faults.py."""
    clear = 0
    for mode in modes:
        all_of_it, runs = Figures(), 0
        while all_of_it.faults.total() < faults // len(modes):
            left = faults // len(modes) - all_of_it.faults.total()
            campaign = EngineCampaign(mode, seed + runs)
            all_of_it.add(campaign.run(min(left, ENGINE_ROUNDS * len(KINDS))))
            if campaign.clear_at:
                print(f"{mode}, seed {seed + runs}: clear in frames {campaign.clear_at}")
            runs += 1
            print(f"{mode}, seeds {seed} to {seed + runs - 1}: {said(all_of_it)}", flush=True)
        print(f"{mode}: {', '.join(f'{count} × {kind}' for kind, count in all_of_it.faults.items())}", flush=True)
        clear += all_of_it.clear.total()
    return 1 if clear else 0


def said(figures: Figures) -> str:
    return (
        f"{figures.faults.total()} faults, {figures.pictures} pictures, {figures.whole} whole, "
        f"{figures.clear.total()} clear {dict(figures.clear)}, {figures.unfound} half in and unfound, "
        f"{figures.learned} backgrounds learned"
    )


if __name__ == "__main__":
    sys.exit(main())
