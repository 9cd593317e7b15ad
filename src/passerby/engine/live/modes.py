"""Sets up a mode for a live source: the same modes as for files, with a delay instead of looking ahead."""

from __future__ import annotations

from dataclasses import dataclass, field

from passerby.background import Background
from passerby.engine import cover_mode, reveal_mode
from passerby.engine.cover_mode import CoverMode
from passerby.engine.live.finder import LiveFinder
from passerby.engine.live.learner import USUAL_TIMES, Keeper, LearnTimes, LiveLearner
from passerby.engine.live.shared import Shared
from passerby.engine.observer import Observer, changes_for, closeups_for, follower_for, often_enough
from passerby.engine.passes import kinds_to_find, passes_for
from passerby.engine.reveal_mode import RevealMode
from passerby.engine.scene import Sampler
from passerby.media import Kind
from passerby.media.boxes import BoxShare
from passerby.media.stream import StreamFormat
from passerby.record.segments import LIVE_QUALITY
from passerby.rules.coverage import Policy
from passerby.rules.effort import WHOLE_FROM
from passerby.rules.not_people import check_not_people
from passerby.settings import Settings

FOR_PASSES_S = 0.2  # of the delay: how long a pass may take without extending it
UNEVEN_S = 0.01  # live timestamps are slightly uneven: without this, a delay of four pictures would often become five
MIN_DELAY_S = 0.2
BROKE_OFF = "the source broke off before anybody was looked for in it"
LONGEST_DELAY_S = 10.0


@dataclass(frozen=True, slots=True)
class LivePlan:
    """How one camera is made safe and recorded.

    settings: its mode `auto` means reveal mode here. privacy_delay_s: a picture comes out this much later, so that
    detections in later pictures count for it. Danger of less: anybody who is detected late was shown before.
    """

    settings: Settings = field(default_factory=Settings)
    privacy_delay_s: float = 1.0
    quality: int = LIVE_QUALITY
    learning: LearnTimes = USUAL_TIMES
    not_people: tuple[BoxShare, ...] = ()
    """Where a user marked a poster, a statue or a screen as not a person. For reveal mode only, and only for claims
    about what stands still in the background's plate: anything that moves, or a track that came from elsewhere, stays
    hidden there as everywhere."""

    def __post_init__(self) -> None:
        if not MIN_DELAY_S <= self.privacy_delay_s <= LONGEST_DELAY_S:
            raise ValueError(f"a privacy delay is {MIN_DELAY_S:g} to {LONGEST_DELAY_S:g} s")
        check_not_people(self.not_people)

    @property
    def reveals(self) -> bool:
        return self.settings.mode != "cover"


@dataclass(frozen=True, slots=True)
class LiveMode:
    """A running mode. learner: in reveal mode only."""

    examiner: RevealMode | CoverMode
    finder: LiveFinder
    learner: LiveLearner | None = None

    @property
    def background(self) -> Background | None:
        """The background; None if it is not known yet, or the mode learns none."""
        return self.examiner.background if isinstance(self.examiner, RevealMode) else None

    def end(self) -> None:
        """Releases the waiting frames when the source breaks off. In reveal mode they are as safe as any others. In
        cover mode nothing has looked for anybody who came after the last pass."""
        if isinstance(self.examiner, CoverMode):
            self.examiner.end(BROKE_OFF)
        else:
            self.examiner.end()


def live_mode(
    stream: StreamFormat, plan: LivePlan, shared: Shared, keeper: Keeper, observer: Observer | None = None
) -> LiveMode:
    """Sets up the mode that the plan asks for."""
    return _reveal(stream, plan, shared, keeper, observer) if plan.reveals else _cover(stream, plan, shared, observer)


def _reveal(
    stream: StreamFormat, plan: LivePlan, shared: Shared, keeper: Keeper, observer: Observer | None
) -> LiveMode:
    size_wh = (stream.width, stream.height)
    detectors = shared.detectors
    policy = Policy.of(plan.settings, turn=stream.turn)
    pass_plan = often_enough(reveal_mode.PASS_PLAN, observer)
    passes = passes_for(detectors, {Kind.PERSON, Kind.VEHICLE}, size_wh, pass_plan)
    # The mode's own interval, whatever an observer asks: detecting less often than they ask endangers nobody.
    closeups = closeups_for(observer, detectors)
    finder = LiveFinder(passes, shared.detection, reveal_mode.DETECT_EVERY_S, closeups=closeups)
    first = keeper.load(size_wh)
    sampler = Sampler(size_wh, detectors.of({Kind.PERSON}, detectors.video_threads), plan.not_people)
    learner = LiveLearner(
        sampler,
        detectors.of({Kind.PERSON, Kind.FACE}, detectors.video_threads),
        shared.detection,
        shared.learning,
        lambda background: keeper.keep(background, size_wh),
        plan.learning,
        first=first,
        not_people=plan.not_people,
    )
    outline = plan.settings.shape == "outline"
    examiner = RevealMode(
        size_wh,
        finder,
        policy,
        first,
        learner,
        outline=outline,
        delay_s=_window_s(plan),
        not_people=plan.not_people,
        gap_s=WHOLE_FROM * reveal_mode.DETECT_EVERY_S,
        is_live=True,
        follower=follower_for(observer, size_wh, closeups),
        changes=changes_for(observer, size_wh),
    )
    return LiveMode(examiner, finder, learner)


def _cover(stream: StreamFormat, plan: LivePlan, shared: Shared, observer: Observer | None) -> LiveMode:
    size_wh = (stream.width, stream.height)
    detectors = shared.detectors
    policy = Policy.of(plan.settings, plates_found=detectors.finds(Kind.PLATE), turn=stream.turn)
    pass_plan = often_enough(cover_mode.PASS_PLAN, observer)
    passes = passes_for(detectors, kinds_to_find(policy.kinds, detectors), size_wh, pass_plan)
    finder = LiveFinder(passes, shared.detection, cover_mode.DETECT_EVERY_S)
    examiner = CoverMode(
        size_wh,
        finder,
        policy,
        _window_s(plan),
        is_live=True,
        follower=follower_for(observer, size_wh),
        changes=changes_for(observer, size_wh),
    )
    return LiveMode(examiner, finder)


def _window_s(plan: LivePlan) -> float:
    """How long a frame waits for those after it."""
    return plan.privacy_delay_s - FOR_PASSES_S - UNEVEN_S
