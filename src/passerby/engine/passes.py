"""Decides which detectors run on a source, at what size and how often. Speed comes from not detecting twice."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from passerby.detect import Detector, Model, ModelStore, sample, suppress
from passerby.engine.proofs import Proof
from passerby.engine.stillness import Lasting
from passerby.media import Detections, Kind, RawFrame

NEAR_PX = 416
"""Longer side of the input for near objects: in a larger one, the network cannot find people who fill the picture."""
FAR_SHARE = 2 / 3
"""Of the picture's size, for far objects: NanoDet finds more at this size than at full size (bench/README.md)."""
FAR_MAX_PX = 1280
NEAR_MIN_SHARE = 0.35  # smaller things are left to the far pass, which sees them better
PEOPLE_SCORE = 0.06
FACES_BESIDE_PX = 640  # if people are hidden whole, only faces in windows and close-ups remain to be found
NEAR_SCORE = 0.25  # near people are easy to see, and a false box of that size hides much
FACE_BESIDE_SCORE = 0.15
FACE_SCORE = 0.10
FACES_MIN_PX, FACES_MAX_PX = 640, 1440
"""CenterFace, unlike NanoDet, finds most at the picture's full size and up to 1.5 times that."""
LARGE_PX = 1600
"""Longer side of pictures that take so much memory that no network is kept which is seldom used."""
KNOWN_FOR_S = 4.0  # how long detections hold in an unchanged picture; then it is examined again, since noise differs
SAME_OVERLAP = 0.6  # overlap at which boxes of one kind from several passes are one object


@dataclass(frozen=True, slots=True)
class Pass:
    """One detector that runs at one size, at an interval. min_share: of the picture's shorter side; smaller ones
    are dropped. proof: shows that the detector finds what it must find; None for no proof."""

    detector: Detector
    long_side_px: int
    every_s: float
    score: float
    min_share: float = 0.0
    proof: Proof | None = None

    def input_wh(self, upright_wh: tuple[int, int]) -> tuple[int, int]:
        """Width and height of the detector's input for a picture of that size."""
        return self.detector.input_size(upright_wh, self.long_side_px)


@dataclass(frozen=True, slots=True)
class PassPlan:
    """How a mode detects. every_s: interval of the far pass; others are rarer. people_score: less is noise. far_share:
    input size for far objects, as a share of the picture's. near: whether a separate pass finds what fills the picture.
    If the far input is smaller than usual, the far pass sees that too."""

    every_s: float
    people_score: float = PEOPLE_SCORE
    far_share: float = FAR_SHARE
    near: bool = True


class Passes:
    """All passes over one source. Do not share between threads."""

    def __init__(self, passes: Sequence[Pass]) -> None:
        self._passes = list(passes)
        self._next_s = [float("-inf")] * len(passes)
        self._known = [Lasting[Detections](KNOWN_FOR_S) for _ in passes]

    @property
    def models(self) -> list[Model]:
        """Every model in use, once."""
        return list({each.detector.model.card.name: each.detector.model for each in self._passes}.values())

    def use(self, detector: Detector, input_wh: tuple[int, int], upright_wh: tuple[int, int]) -> bool:
        """Whether any pass over pictures of size `upright_wh` needs that detector at that input size."""
        return any(each.detector is detector and each.input_wh(upright_wh) == input_wh for each in self._passes)

    def is_due(self, time_s: float) -> bool:
        return any(time_s >= due for due in self._next_s)

    def all_due(self) -> None:
        """Forgets what is known, as after a cut: every pass is due."""
        self._next_s = [float("-inf")] * len(self._passes)
        for known in self._known:
            known.forget()

    def recall(self, time_s: float, stretch: int | None) -> Detections | None:
        """What the due passes recently found in a picture of the same stretch: they would find it again. None if one of
        them has to run."""
        due = self._due(time_s)
        known = [self._known[place].get(stretch, time_s) for place in due]
        parts = [found for found in known if found is not None]
        if len(parts) < len(due):
            return None
        self._put_off(due, time_s)
        return join(parts)

    def run(self, frame: RawFrame, stretch: int | None = None) -> Detections:
        """Runs the due passes and returns what they find. stretch: number of the stretch of identical frames, for
        `recall`. Raises DetectorError; a pass that failed is due again."""
        due, parts = self._due(frame.time_s), []
        for place in due:
            parts.append(self._known[place].set(stretch, frame.time_s, _run(self._passes[place], frame)))
            self._put_off([place], frame.time_s)
        return join(parts)

    def _due(self, time_s: float) -> list[int]:
        """The passes that are due. If any is, the most frequent are too: a face does not tell who else is there."""
        is_due = [time_s >= due_s for due_s in self._next_s]
        if not any(is_due):
            return []
        often_s = min(each.every_s for each in self._passes)
        return [place for place, each in enumerate(self._passes) if is_due[place] or each.every_s <= often_s]

    def _put_off(self, places: list[int], time_s: float) -> None:
        for place in places:
            self._next_s[place] = time_s + self._passes[place].every_s - 1e-4


def _run(each: Pass, frame: RawFrame) -> Detections:
    wh = sample.upright_wh(frame, sample.whole(frame))
    try:
        if each.proof:
            each.proof.renew()
        found = each.detector.detect(frame, size_wh=each.input_wh(wh), score=each.score)
    except BaseException:
        if each.proof:
            each.proof.doubt()
        raise
    if not each.min_share:
        return found
    return found.take(found.long_sides_px >= each.min_share * min(wh))


def join(parts: Sequence[Detections]) -> Detections:
    """Merges detections of several passes over one frame. Each object keeps its box with the best score."""
    whole = Detections.merge(list(parts))
    return whole if len(parts) < 2 else suppress(whole, SAME_OVERLAP)


class Detectors:
    """The installed detectors, for one source. Each is loaded when first requested."""

    def __init__(self, store: ModelStore | None = None, threads: int | None = None) -> None:
        self._models = (store or ModelStore()).list()
        self._threads = threads
        self._loaded: dict[tuple[str, int | None], Detector] = {}
        self._proofs: dict[Detector, Proof] = {}

    def of(self, kinds: Iterable[Kind], threads: int | None = None) -> list[Detector]:
        """Every detector that finds at least one of these kinds. threads: for each; None for this object's default."""
        wanted = frozenset(kinds)
        return [self._load(model, threads or self._threads) for model in self._models if model.card.kinds & wanted]

    def proof_of(self, detector: Detector) -> Proof:
        """The proof that this detector finds what it must find. Renew it in the thread that uses the detector."""
        return self._proofs.setdefault(detector, Proof(detector))

    def prove(self) -> None:
        """Proves all used detectors now. Raises DetectorError: then none of their results can be relied on."""
        for detector in self._loaded.values():
            self.proof_of(detector).renew(at_once=True)

    @property
    def video_threads(self) -> int:
        """Threads for each network on a video: half of all, since decoder, painter and encoder use the others.

        One picture costs 37 ms of CPU on one thread and 48 on two.
        """
        return max(1, (self._threads or os.cpu_count() or 1) // 2)

    def finds(self, kind: Kind) -> bool:
        return any(kind in model.card.kinds for model in self._models)

    def _load(self, model: Model, threads: int | None) -> Detector:
        key = model.card.name, threads
        if key not in self._loaded:
            self._loaded[key] = self._make(model, threads)
        return self._loaded[key]

    def _make(self, model: Model, threads: int | None) -> Detector:
        return Detector.load(model, threads)


def far_px(size_wh: tuple[int, int], share: float = FAR_SHARE) -> int:
    """Longer side of the input for far objects, as a share of the picture's. At 2/3, 24 px in 1920×1080 can be seen."""
    return int(min(FAR_MAX_PX, max(NEAR_PX, share * max(size_wh))))


def passes_for(
    detectors: Detectors,
    kinds: Iterable[Kind],
    size_wh: tuple[int, int],
    plan: PassPlan,
) -> Passes:
    """Passes that find these kinds in pictures of one size: far ones as often as planned, near and face ones rarer."""
    wanted = frozenset(kinds)
    far = far_px(size_wh, plan.far_share)
    passes = []
    for detector in detectors.of(wanted, detectors.video_threads):
        proof = detectors.proof_of(detector)
        proof.keeps_network = max(size_wh) < LARGE_PX
        if detector.model.card.kinds & wanted == {Kind.FACE}:
            if Kind.PERSON in wanted:
                score = min_score(detector, FACE_BESIDE_SCORE)
                passes.append(Pass(detector, min(far, FACES_BESIDE_PX), 2 * plan.every_s, score, proof=proof))
            else:
                faces_px = min(FACES_MAX_PX, max(FACES_MIN_PX, max(size_wh)))
                passes.append(Pass(detector, faces_px, plan.every_s, min_score(detector, FACE_SCORE), proof=proof))
            continue
        passes.append(Pass(detector, far, plan.every_s, min_score(detector, plan.people_score), proof=proof))
        if plan.near and far > 1.5 * NEAR_PX and detector.model.card.input.size_wh is None:
            passes.append(Pass(detector, NEAR_PX, 3 * plan.every_s, NEAR_SCORE, NEAR_MIN_SHARE, proof))
    return Passes(passes)


def min_score(detector: Detector, score: float) -> float:
    """Below this a detection is noise. `score` was measured for the bundled models; an added one uses its card's."""
    return score if detector.model.bundled else max(score, detector.model.card.score)


def kinds_to_find(hidden: frozenset[Kind], detectors: Detectors) -> frozenset[Kind]:
    """What detectors must find so that these kinds can be hidden: without a plate detector, plates need vehicles."""
    if Kind.PLATE in hidden and not detectors.finds(Kind.PLATE):
        return (hidden - {Kind.PLATE}) | {Kind.VEHICLE}
    return hidden
