"""Random faults of several machines and their servers. `bench/fleet_campaign.py` does the same for hours."""

from __future__ import annotations

import pytest

from tests.campaign.cluster_faults import ClusterCampaign
from tests.cluster_machines import machines

SECONDS = 120.0
CAMERAS = 4
LONGEST_GAP_S = 25.0  # of a machine that runs other tests too; the bench has what is promised


@pytest.mark.slow
def test_whatever_fails_of_several_machines_nothing_is_lost_or_doubled() -> None:
    with machines(CAMERAS, is_apart=True) as found:
        outcome = ClusterCampaign(found, seed=5).run(SECONDS)
        assert len(outcome.faults) > 5
        assert outcome.verdict.lost == [] and outcome.verdict.doubled == []
        listed, counted = found.cluster.crossings()
        assert listed == counted > 0, "every crossing is an event, and is counted once"
        beyond = [f"{gap}: {', '.join(map(str, then))}" for gap, then in outcome.beyond if gap.seconds > LONGEST_GAP_S]
        assert not beyond
