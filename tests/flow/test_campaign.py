"""Random faults on the whole service, for a minute. `bench/campaign.py` does the same for as long as one likes."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from tests.campaign.campaign import Campaign
from tests.campaign.judge import clear_in, judge
from tests.planted import picture, place
from tests.streets import Street

SECONDS = 50


@pytest.mark.slow
def test_whatever_breaks_nothing_is_clear_and_nothing_is_lost(tmp_path: Path, street: Street) -> None:
    campaign = Campaign(tmp_path, seed=3)
    campaign.run(SECONDS)
    figures = judge(campaign)
    assert figures["faults"] >= 3 and figures["recorded_s"] > SECONDS


def test_the_judge_finds_what_is_clear(tmp_path: Path) -> None:
    """In a recording, and in samples as they lie in memory; and nothing in what is not."""
    shown = picture(7, 320, 192)
    luma = np.ascontiguousarray(shown.to_ndarray(format="gray"))
    (tmp_path / "a core.bin").write_bytes(b"\0" * 1000 + luma.tobytes())
    with av.open(str(tmp_path / "recording.mp4"), "w") as made:
        stream = made.add_stream("libx264", rate=5)
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        made.mux([*stream.encode(shown), *stream.encode(None)])
    assert len(clear_in(tmp_path)) == 2
    (tmp_path / "empty place.bin").write_bytes(place(5).tobytes())
    assert len(clear_in(tmp_path)) == 2
