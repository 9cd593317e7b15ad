"""Random faults of several machines for as long as one likes: `python -m bench.fleet_campaign [MINUTES [SEED]]`.

Four machines in network namespaces (it takes root), with real NATS, PostgreSQL and S3; up to two faults at once.
With `--outages MINUTES` all of NATS, of PostgreSQL and of S3 are away for so long instead, one after the other.
"""

from __future__ import annotations

import argparse
import os
import time

from tests.campaign.cluster_faults import HEALS_S, OF_SERVERS, ClusterCampaign
from tests.cluster_machines import machines

CAMERAS = int(os.environ.get("CAMERAS", "6"))
KEPT = "keep_hours = 3\n"  # longer than any run: what is deleted in time would be missed


def main(minutes: float, seed: int, outage_minutes: float | None) -> None:
    outages = [(kind, 60 * outage_minutes) for kind in OF_SERVERS] if outage_minutes else []
    if outage_minutes:
        minutes = len(outages) * outage_minutes + (len(outages) - 1) * HEALS_S / 60
    with machines(CAMERAS, KEPT, is_apart=True) as found:
        begun_s = time.time()
        outcome = ClusterCampaign(found, seed, outages).run(
            60 * minutes, lambda what: print(f"{time.time() - begun_s:6.0f} s  {what}", flush=True)
        )
        verdict = outcome.verdict
        print(f"{len(outcome.faults)} faults in {minutes:g} minutes, seed {seed}, {CAMERAS} cameras")
        longest = max((gap.seconds for gap in verdict.gaps), default=0.0)
        print(f"gaps: {len(verdict.gaps)}, the longest {longest:.1f} s")
        for title, gaps in (
            ("beyond takeover and one GOP", outcome.beyond),
            ("nobody could take over", outcome.nobody_could),
        ):
            print(f"{title}: {len(gaps)}")
            for gap, then in gaps:
                print(f"  at {gap.from_s - begun_s:.0f} s {gap}: {', '.join(map(str, then)) or 'nothing was wrong'}")
        print(f"lost: {len(verdict.lost)}; doubled without being said: {len(verdict.doubled)}")
        for each in [*verdict.lost, *verdict.doubled][:20]:
            print(f"  {each}")
        print(f"recorded by two, and said: {verdict.said_s:.0f} s")
        print(found.cluster.events_said())
        if os.environ.get("LOGS"):
            for worker in found.cluster.workers:
                print(f"--- {worker.name}\n{worker.says}")


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("minutes", type=float, nargs="?", default=60.0)
    asked.add_argument("seed", type=int, nargs="?", default=1)
    asked.add_argument("--outages", type=float, metavar="MINUTES")
    given = asked.parse_args()
    main(given.minutes, given.seed, given.outages)
