"""Chooses the mode for a video by measuring whether its camera moves, and sets it up."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from passerby.background import Absorber, Background, CameraMotion, Sample, small_size
from passerby.capture import VideoSource
from passerby.detect import Model
from passerby.engine import cover_mode, reveal_mode
from passerby.engine.cover_mode import CoverMode, look_ahead_s
from passerby.engine.examiner import Examiner
from passerby.engine.finder import DirectFinder
from passerby.engine.learner import LEARN_AGAIN_S, Need, StretchLearner
from passerby.engine.observer import Observer, changes_for, closeups_for, follower_for, often_enough
from passerby.engine.passes import Detectors, kinds_to_find, passes_for
from passerby.engine.plate import PlateExaminer
from passerby.engine.reveal_mode import DELAY_S, RevealMode
from passerby.engine.scene import SAMPLES, LearnedScene, Scene, examined, learn_scene
from passerby.media import Kind
from passerby.rules.coverage import Policy
from passerby.settings import Settings

FIRST_STRETCH_S = LEARN_AGAIN_S
MIN_ESTABLISHED_S = 8.0  # somebody who waits for a friend or reads a sign stands still for less
MIN_SAMPLES = 12
SHORT_REST_S = 2 * MIN_ESTABLISHED_S  # if less than this is left to learn from, earlier frames are used too


@dataclass(frozen=True, slots=True)
class Chosen:
    """The mode, the reason and its examiner. motion_px: camera motion in picture pixels, None if not measured."""

    mode: Literal["reveal", "cover"]
    why: str
    examiner: Examiner
    models: list[Model]
    motion_px: float | None = None
    warnings: tuple[str, ...] = ()
    other: Literal["reveal", "cover"] | None = None
    """The mode to try if this one hides too much."""


def choose_mode(
    video: VideoSource,
    settings: Settings,
    detectors: Detectors,
    tell: Callable[[int, int], None],
    observer: Observer | None = None,
) -> Chosen:
    """Chooses reveal mode for a fixed camera and cover mode for a moving one, unless the settings say which."""
    if settings.mode == "cover":
        return _cover(video, settings, detectors, observer, "as requested", None)
    scene = Scene(video.path, (video.width, video.height), detectors.of({Kind.PERSON}, detectors.video_threads))
    start_s = settings.start_s or 0.0
    samples = scene.samples(start_s, _until(start_s, settings), lambda done: tell(done, SAMPLES))
    learned = learn_scene(samples)
    if settings.mode == "reveal":
        return _reveal(video, settings, detectors, observer, scene, learned, "as requested")
    if learned is None:
        chosen = _cover(video, settings, detectors, observer, "too short to learn a background from", None)
        return replace(chosen, other=None)
    if learned.motion.is_fixed and not _is_long_enough(scene, samples):
        return _joined(video, settings, detectors, observer, scene, learned)
    if learned.motion.is_fixed:
        return _reveal(video, settings, detectors, observer, scene, learned, _why(learned.motion, video))
    return _cover(video, settings, detectors, observer, _why(learned.motion, video), learned.motion)


def _is_long_enough(scene: Scene, samples: list[Sample]) -> bool:
    """Whether these are enough to establish anything."""
    return scene.span_s >= MIN_ESTABLISHED_S and len(samples) >= MIN_SAMPLES


def _why(motion: CameraMotion, video: VideoSource) -> str:
    shift_px = _motion_px(motion, video)
    if not motion.is_fixed:
        how = f"{1 - motion.edges:.0%} of the edges do not stay where they are"
        return f"the camera moves: {how}" + ("" if shift_px is None else f", even after a shift of {shift_px:.1f} px")
    what = "drifts but keeps its view" if motion.is_adrift else "stands still"
    how = f"{motion.edges:.0%} of the edges stay where they are"
    return f"the camera {what}: {how}" + ("" if shift_px is None else f", its pictures are {shift_px:.1f} px apart")


def _motion_px(motion: CameraMotion | None, video: VideoSource) -> float | None:
    """In picture pixels. None if it was not measured or the pictures cannot be aligned."""
    if motion is None or motion.shift_px is None:
        return None
    return motion.shift_px * video.width / small_size(video.width, video.height)[0]


def _until(start_s: float, settings: Settings) -> float:
    until_s = start_s + FIRST_STRETCH_S
    return until_s if settings.end_s is None else min(until_s, settings.end_s)


def _cover(
    video: VideoSource,
    settings: Settings,
    detectors: Detectors,
    observer: Observer | None,
    why: str,
    motion: CameraMotion | None,
) -> Chosen:
    size_wh = (video.width, video.height)
    policy = Policy.of(settings, plates_found=detectors.finds(Kind.PLATE), turn=video.turn)
    plan = often_enough(cover_mode.PASS_PLAN, observer)
    passes = passes_for(detectors, kinds_to_find(policy.kinds, detectors), size_wh, plan)
    ahead_s = look_ahead_s(video.format.frame_bytes, float(video.average_rate or 25))
    follower = follower_for(observer, size_wh)
    examiner = CoverMode(size_wh, DirectFinder(passes), policy, ahead_s, follower=follower)
    warnings = ("Cover mode has no outlines: boxes are drawn.",) if settings.shape == "outline" else ()
    return Chosen("cover", why, examiner, passes.models, _motion_px(motion, video), warnings, other="reveal")


def _joined(
    video: VideoSource,
    settings: Settings,
    detectors: Detectors,
    observer: Observer | None,
    scene: Scene,
    learned: LearnedScene,
) -> Chosen:
    """Handles a fixed camera's video that is too short to establish anything."""
    known = f"a background needs {MIN_ESTABLISHED_S:g} s and {MIN_SAMPLES} samples, there are {scene.span_s:.1f} s"
    why = f"the camera stands still, but {known}: what is found is covered, and so is what moves"
    found_too = _reveal(video, settings, detectors, observer, scene, learned, why, hides_found=True)
    return replace(found_too, mode="cover")


def _reveal(
    video: VideoSource,
    settings: Settings,
    detectors: Detectors,
    observer: Observer | None,
    scene: Scene,
    first: LearnedScene | None,
    why: str,
    *,
    hides_found: bool = False,
) -> Chosen:
    size_wh = (video.width, video.height)
    policy = Policy.of(settings, plates_found=hides_found and detectors.finds(Kind.PLATE), turn=video.turn)
    kinds = kinds_to_find(policy.kinds, detectors) if hides_found else frozenset({Kind.PERSON, Kind.VEHICLE})
    plan = often_enough(cover_mode.PASS_PLAN if hides_found else reveal_mode.PASS_PLAN, observer)
    passes = passes_for(detectors, kinds, size_wh, plan)
    plates = PlateExaminer(detectors.of({Kind.PERSON, Kind.FACE}, detectors.video_threads))
    absorber = Absorber()
    source_start_s = float(video.start_pts * video.time_base)

    def shown(learned: LearnedScene | None, time_s: float) -> Background | None:
        scene.release(passes)
        try:
            return absorber.take(examined(learned, plates), time_s) if learned else None
        except Exception:  # whatever went wrong, nobody knows who is in the plate: fail closed
            return None

    def learn_from(time_s: float, need: Need) -> Background | None:
        if need is Need.ANEW:
            absorber.forget()
        start_s = max(0.0, time_s - source_start_s)
        until_s = min(_until(start_s, settings), video.duration_s or math.inf)
        start_s = max(settings.start_s or 0.0, min(start_s, until_s - SHORT_REST_S))
        samples = scene.samples(start_s, until_s)
        return shown(learn_scene(samples), time_s) if _is_long_enough(scene, samples) else None

    learner = StretchLearner(learn_from)
    background = shown(first, source_start_s + (settings.start_s or 0.0))
    closeups = closeups_for(observer, detectors)
    examiner = RevealMode(
        size_wh,
        DirectFinder(passes, closeups),
        policy,
        background,
        learner,
        outline=settings.shape == "outline",
        delay_s=look_ahead_s(video.format.frame_bytes, float(video.average_rate or 25)) if hides_found else DELAY_S,
        hides_found=hides_found,
        follower=follower_for(observer, size_wh, closeups),
        changes=changes_for(observer, size_wh),
    )
    motion_px = _motion_px(first.motion if first else None, video)
    return Chosen("reveal", why, examiner, passes.models, motion_px, other="cover")
