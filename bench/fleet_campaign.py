"""Random faults of several machines for as long as one likes: `python -m bench.fleet_campaign [MINUTES [SEED]]`.

Four machines in network namespaces (it takes root), with real NATS, PostgreSQL and S3; up to two faults at once.
"""

from __future__ import annotations

import os
import sys
import time

from tests.campaign.cluster_faults import ClusterCampaign
from tests.cluster_machines import machines

CAMERAS = int(os.environ.get("CAMERAS", "6"))
SHORT_OBJECTS = "keep_hours = 0.5\n"


def main(minutes: float = 60.0, seed: int = 1) -> None:
    with machines(CAMERAS, SHORT_OBJECTS, is_apart=True) as found:
        begun_s = time.time()
        outcome = ClusterCampaign(found, seed).run(
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
    main(*(float(each) if number == 0 else int(each) for number, each in enumerate(sys.argv[1:])))  # type: ignore[arg-type]
