"""`passerby` as it is, but that cameras are learned in seconds and given up soon: a campaign has no hours.

python -m tests.campaign.quick serve --data DIR
"""

from __future__ import annotations

from passerby.cli import main
from passerby.config import Config
from passerby.fleet.plan import CameraPlan
from passerby.service import configured

QUICK = {"learn_every_s": 0.1, "open_timeout_s": 4.0, "read_timeout_s": 2.0, "picture_timeout_s": 4.0}
_usual = configured.base_plan


def _quick(config: Config, *args: str | bool) -> CameraPlan:
    return _usual(config, *args).model_copy(update=QUICK)  # type: ignore[arg-type]


if __name__ == "__main__":
    configured.base_plan = _quick  # type: ignore[assignment]
    main()
