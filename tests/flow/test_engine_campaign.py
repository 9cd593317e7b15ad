"""Faults of detectors, time and picture, one after another: nobody comes out clear, and who is there would be seen.

`bench/campaign.py --engine 2000` does the same at length.
"""

from __future__ import annotations

import pytest

from tests.campaign.engine_faults import KINDS, MODES, EngineCampaign, Mode
from tests.streets import Street


@pytest.mark.parametrize("mode", MODES)
def test_whatever_breaks_in_the_engine_nobody_is_clear(street: Street, mode: Mode) -> None:
    figures = EngineCampaign(mode, seed=3).run(len(KINDS))
    assert figures.faults.total() == len(KINDS) and figures.pictures > 10 * len(KINDS)
    assert not figures.clear, figures
    assert figures.whole < figures.pictures, "it is not covered for ever"


@pytest.mark.slow
@pytest.mark.parametrize("mode", MODES)
def test_hundreds_of_faults_leave_nobody_clear(street: Street, mode: Mode) -> None:
    assert not EngineCampaign(mode, seed=5).run(200).clear


def test_the_person_is_found_while_all_is_well_and_clear_without_covers(
    street: Street, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = EngineCampaign("cover", seed=3).run(1, ["none"])
    assert not figures.clear and figures.whole < figures.pictures / 3
    monkeypatch.setattr("passerby.engine.cover_mode.cover_found", lambda tracks, policy: ())
    figures = EngineCampaign("cover", seed=3).run(1, ["none"])
    assert figures.clear.total() > figures.pictures / 2, "it would be noticed"
