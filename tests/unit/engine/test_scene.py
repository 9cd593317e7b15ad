"""What learning leaves behind."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from passerby.detect import Detector
from passerby.engine.passes import Pass, Passes, far_px
from passerby.engine.scene import SHARES, Scene
from passerby.media import Detections
from tests.unit.engine.fakes import SIZE_WH, Scripted


def test_only_networks_that_no_pass_uses_are_released() -> None:
    first, second = (Scripted(lambda frame: Detections.empty()) for _ in range(2))
    scene = Scene(Path("street.mp4"), SIZE_WH, [cast(Detector, first), cast(Detector, second)])
    learned_px, also_px = (far_px(SIZE_WH, share) for share in SHARES)
    passes = Passes([Pass(cast(Detector, first), learned_px, 0.5, 0.1), Pass(cast(Detector, second), 640, 0.5, 0.1)])
    scene.release(passes)
    assert set(first.released) == {(px, px) for px in (also_px,) if px != learned_px}
    assert set(second.released) == {(learned_px, learned_px), (also_px, also_px)}
