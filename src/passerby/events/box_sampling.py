"""Leaves out samples of kept boxes that no rule needs: trying a rule on a busy day takes seconds, not a minute."""

from __future__ import annotations

from passerby.config.rule import CrowdRule, DensityRule, LoiteringRule, QueueRule, Rule, ZoneRule
from passerby.events.boxes import KeptBox, Sample

NOBODY_AFTER_S = 15.0  # by then every rule has noticed that somebody left
NOBODY_EVERY_S = 1.0
STILL_SHARE = 0.04  # of its height: whose box moves less stays where they are, for every rule (`CLEAR_SHARE`)
STILL_EVERY_S = 0.55  # four in the 2.5 s from which it is told who stands and who lies
SETTLED_AFTER_S = 2.0  # whoever comes is followed by then
SETTLED_EVERY_S = 0.35  # every other sample


class BoxSampling:
    """For one rule. Give it every sample in order."""

    def __init__(self, rule: Rule) -> None:
        is_of_stays = isinstance(rule, ZoneRule | CrowdRule | DensityRule | QueueRule | LoiteringRule)
        self._is_slow = is_of_stays and rule.objects == "people"
        """Whether it asks who stays where: who falls, crosses a line or drives is followed at every step."""
        self._given: Sample | None = None
        self._given_s = self._busy_s = self._changed_s = float("-inf")

    def wants(self, sample: Sample, now_s: float) -> bool:
        """Whether the rule needs it. now_s: its time."""
        before, since_s = self._given, now_s - self._given_s
        if sample.boxes or sample.is_whole:
            self._busy_s = now_s
        if before is None or sample.is_whole or before.is_whole or len(sample.boxes) != len(before.boxes):
            self._changed_s = now_s
        elif since_s >= 0 and self._may_wait(sample, before, since_s, now_s):
            return False
        self._given, self._given_s = sample, now_s
        return True

    def _may_wait(self, sample: Sample, before: Sample, since_s: float, now_s: float) -> bool:
        if not sample.boxes:
            return now_s - self._busy_s > NOBODY_AFTER_S and since_s < NOBODY_EVERY_S
        if now_s - self._changed_s <= SETTLED_AFTER_S:
            return False
        if self._is_slow and since_s < SETTLED_EVERY_S:
            return True
        return since_s < STILL_EVERY_S and all(map(_is_still, sample.boxes, before.boxes))


def _is_still(box: KeptBox, before: KeptBox) -> bool:
    least = STILL_SHARE * (box.shares[3] - box.shares[1])
    a, b = box.shares, before.shares
    return (
        box.kind is before.kind
        and abs(a[0] - b[0]) < least
        and abs(a[1] - b[1]) < least
        and abs(a[2] - b[2]) < least
        and abs(a[3] - b[3]) < least
    )
