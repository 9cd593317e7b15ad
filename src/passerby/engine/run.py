"""THE MAIN PATH of one file: capture, examine, cover, redact, record. Each step is done elsewhere."""

from __future__ import annotations

import os
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import cv2

from passerby.capture import VideoSource, is_still, open_source
from passerby.covers_file import ManualCovers
from passerby.engine.by_hand import ByHand
from passerby.engine.choose import Chosen, choose_mode
from passerby.engine.examiner import Examiner
from passerby.engine.facts import Facts, models_used
from passerby.engine.held import Held
from passerby.engine.memory import return_freed_pictures
from passerby.engine.observer import Observer
from passerby.engine.passes import Detectors
from passerby.engine.progress import OnProgress, Progress
from passerby.engine.still import redact_still
from passerby.engine.threads import Worker, ahead, depth_of, telling_last
from passerby.media import Cover, RawFrame
from passerby.paint import Redactor
from passerby.record import RecordedFile, Sound, VideoRecorder
from passerby.report import OutputFacts, Report, SourceFacts
from passerby.report.cautions import MUCH_HIDDEN, cautions
from passerby.report.model import ModeChoice, Problem
from passerby.settings import Settings


def redact(
    source: Path | str,
    output: Path | str,
    settings: Settings | None = None,
    *,
    covers: ManualCovers | None = None,
    overwrite: bool = False,
    progress: OnProgress | None = None,
    detectors: Detectors | None = None,
    observer: Observer | None = None,
) -> Report:
    """Makes a redacted copy of a video or still and reports what was done.

    The output appears under its name only when it is complete. detectors: None for the installed ones. observer: for
    videos only. Raises SourceError, OutputError, SettingsError, ModelError, or DetectorError if at the end the
    detectors do not find what they must find. Then there is no output.
    """
    settings = settings or Settings()
    threads = settings.threads or os.cpu_count() or 1
    cv2.setNumThreads(1)  # pictures are small: more threads cost more than they gain
    return_freed_pictures()
    detectors = detectors or Detectors(threads=threads)
    if is_still(source):
        return redact_still(Path(source), Path(output), settings, detectors, covers=covers, overwrite=overwrite)
    with open_source(source, settings.start_s, settings.end_s) as video:
        return _Run(video, Path(output), settings, detectors, covers, progress, observer).run(threads, overwrite)


@dataclass(slots=True)
class _Run:
    """The redaction of one video."""

    video: VideoSource
    output: Path
    settings: Settings
    detectors: Detectors
    covers: ManualCovers | None
    progress: OnProgress | None
    observer: Observer | None

    def run(self, threads: int, overwrite: bool) -> Report:
        facts = Facts(self.video.format, self._start_s, self.video.frame_count_estimate)
        with ExitStack() as stack:
            recorder = stack.enter_context(self._recorder(threads, overwrite))
            with facts.clock.stage("learn"):
                chosen = choose_mode(self.video, self.settings, self.detectors, self._tell_learning, self.observer)
            redactor = Redactor(self.settings.style, quiet=chosen.mode == "reveal")

            def paint_and_write(item: tuple[RawFrame, Cover]) -> None:
                frame, cover = item
                with facts.clock.stage("redact"):
                    redacted = redactor.redact(frame, cover)
                with facts.clock.stage("encode"):
                    recorder.write(redacted)
                facts.wrote(redacted, cover)
                self._tell(facts)

            with Worker(paint_and_write, self._depth) as painter:
                self._examine(chosen.examiner, painter, facts)
            with facts.clock.stage("finish"):
                self.detectors.prove()  # otherwise their results are worthless, and there is no output
                recorded = recorder.close()
        return self._report(facts, chosen, recorded, recorder.encoder_name)

    def _examine(self, examiner: Examiner, painter: Worker[tuple[RawFrame, Cover]], facts: Facts) -> None:
        """Has every frame examined, passes it through the examiner, and hands it to the painter with its cover."""
        by_hand = ByHand(self.covers, self._start_s, painter.put)

        def detect(item: tuple[RawFrame, bool]) -> Held:
            frame, is_last = item
            with facts.clock.stage("detect"):
                return examiner.detect(frame, is_last=is_last)

        with ExitStack() as stack:  # closed in reverse: detecting ends before decoding them
            detected = map(detect, telling_last(stack.enter_context(closing(ahead(self.video, self._depth)))))
            # In this thread, because it compiles the networks: in another thread's heap, leftovers would cost 25 MB.
            first = list(islice(detected, 1))
            for held in chain(first, stack.enter_context(closing(ahead(detected, self._depth)))):
                with facts.clock.stage("examine"):
                    examiner.push(held)
                self._hand_over(examiner, by_hand, facts)
        examiner.end()
        self._hand_over(examiner, by_hand, facts)
        by_hand.end()

    def _hand_over(self, examiner: Examiner, by_hand: ByHand, facts: Facts) -> None:
        while (ready := examiner.pop()) is not None:
            if self.observer is not None:
                self.observer.note(ready.in_view)
            by_hand.push(ready.frame, ready.cover)
        facts.ended(examiner.ended_tracks)

    @property
    def _start_s(self) -> float:
        return float(self.video.start_pts * self.video.time_base)

    @property
    def _depth(self) -> int:
        return depth_of(self.video.format.frame_bytes)

    def _recorder(self, threads: int, overwrite: bool) -> VideoRecorder:
        settings, video = self.settings, self.video
        return VideoRecorder(
            self.output,
            video.format,
            codec=settings.codec,
            encoder=settings.encoder,
            quality=settings.quality,
            sound=Sound(video.path, *video.range_s) if settings.audio == "keep" and video.audio_streams else None,
            threads=threads,
            overwrite=overwrite,
            source=video.path,
            origin_pts=video.origin_pts,
        )

    def _tell(self, facts: Facts) -> None:
        if self.progress:
            fps = facts.clock.speed(facts.frames).frames_per_s
            self.progress(Progress("redacting", facts.frames, self.video.frame_count_estimate, fps))

    def _tell_learning(self, done: int, total: int) -> None:
        if self.progress:
            self.progress(Progress("learning", done, total, 0.0))

    def _report(self, facts: Facts, chosen: Chosen, recorded: RecordedFile, encoder: str) -> Report:
        video, settings = self.video, self.settings
        doubts, hidden = facts.doubts.all(), facts.hidden()
        warnings = [*cautions(settings), *chosen.warnings]
        if facts.tracks_left_out:
            warnings.append(f"{facts.tracks_left_out} more tracks are not listed.")
        if facts.doubts.left_out:
            warnings.append(f"{facts.doubts.left_out} more places to check are not listed: watch the whole result.")
        return Report(
            source=SourceFacts(
                name=video.path.name,
                bytes=video.path.stat().st_size,
                codec=video.codec_name,
                width=video.width,
                height=video.height,
                duration_s=video.duration_s,
                frames_per_s=float(video.average_rate) if video.average_rate else None,
                turn=video.turn,
            ),
            output=OutputFacts(
                name=recorded.path.name,
                bytes=recorded.bytes,
                sha256=recorded.sha256,
                codec=settings.codec,
                encoder=encoder,
            ),
            mode=ModeChoice(
                used=chosen.mode,
                asked=settings.mode,
                why=chosen.why,
                instead=chosen.other if hidden.mean > MUCH_HIDDEN else None,
                camera_motion_px=chosen.motion_px,
            ),
            settings=settings,
            models=models_used(chosen.models),
            frames=facts.frame_counts(),
            whole_spans=facts.whole_spans.all(),
            low_confidence=doubts,
            tracks=tuple(sorted(facts.tracks, key=lambda track: (track.first_s, track.id))),
            problems=tuple(Problem(kind=p.kind, at_s=max(0.0, p.at_s), message=p.message) for p in video.problems),
            hidden=hidden,
            speed=facts.clock.speed(facts.frames),
            warnings=tuple(warnings),
            covers=self.covers,
            contact_sheet=facts.contact_sheet(recorded, doubts),
        )
