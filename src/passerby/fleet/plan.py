"""What a worker needs to know about one camera. Sent through a pipe to a process of our own, and nowhere else."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from passerby.capture.live.options import LiveOptions
from passerby.config.rule import Rule
from passerby.engine.live.learner import LearnTimes
from passerby.engine.live.modes import LONGEST_DELAY_S, MIN_DELAY_S, LivePlan
from passerby.media.boxes import BoxShare
from passerby.record.segments import LIVE_QUALITY
from passerby.rules.reach import Reach
from passerby.rules.retention import OBJECT_90K
from passerby.settings import Settings


class CameraPlan(BaseModel):
    """One camera: its address, and how it is redacted and recorded. SECRET: the address holds its credentials."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    camera: str = Field(description="Its name in the archive.")
    address: str = Field(repr=False)
    settings: Settings = Settings()
    privacy_delay_s: float = Field(1.0, ge=MIN_DELAY_S, le=LONGEST_DELAY_S)
    quality: int = LIVE_QUALITY
    object_90k: int = Field(OBJECT_90K, gt=0, description="How long its objects are: shorter where its limit is short.")
    learn_every_s: float = Field(LearnTimes().first_every_s, gt=0, description="See LearnTimes.first_every_s.")
    transport: Literal["tcp", "udp"] = "tcp"
    open_timeout_s: float = Field(10.0, gt=0)
    read_timeout_s: float = Field(10.0, gt=0)
    picture_timeout_s: float = Field(15.0, gt=0)
    trust_any_certificate: bool = False
    reach: Reach = Reach()
    not_people: tuple[BoxShare, ...] = Field((), description="See LivePlan.not_people.")
    rules: tuple[Rule, ...] = Field((), description="What is worth noticing in its view.")
    keeps_boxes: bool = Field(False, description="Whether a day of boxes is kept, to try rules on.")
    token: int = Field(0, ge=0, description="The fencing token that it is recorded under. 0: on a single machine.")

    def differs_in_rules_only(self, other: CameraPlan) -> bool:
        """Whether it can be applied without starting the camera again. It cannot if one of them has no rules: then
        nothing is followed."""
        both_have = bool(self.rules) and bool(other.rules)
        return both_have and self.model_copy(update={"rules": other.rules}) == other

    @property
    def options(self) -> LiveOptions:
        """How to open and read it."""
        return LiveOptions(
            transport=self.transport,
            open_timeout_s=self.open_timeout_s,
            read_timeout_s=self.read_timeout_s,
            picture_timeout_s=self.picture_timeout_s,
            trust_any_certificate=self.trust_any_certificate,
            reach=self.reach,
        )

    @property
    def live(self) -> LivePlan:
        """How to redact it."""
        times = LearnTimes(first_every_s=self.learn_every_s)
        return LivePlan(self.settings, self.privacy_delay_s, self.quality, times, self.not_people)

    @property
    def hung_after_s(self) -> float:
        """How long an open camera may give no picture. Its own time-outs come first, as their messages are more
        precise."""
        return self.read_timeout_s + self.picture_timeout_s + 5.0

    @property
    def stuck_after_s(self) -> float:
        """When it must have responded or given up, after all its time-outs in sequence."""
        return self.open_timeout_s + 2 * self.read_timeout_s + self.picture_timeout_s + 5.0
