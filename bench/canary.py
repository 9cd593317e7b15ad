"""Whether the networks find their canary beside every picture, and find beside it what they find without.

    python bench/canary.py --minutes 2 --precision f32

Frames of all footage in $PASSERBY_SHARED/footage, as they are, mirrored, darkened, brightened and as noise, at the
sizes that looks use. Prints how many answers held the figure, and how near any came to not holding it.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from passerby.detect import Detector, DetectorError, bundled_models
from passerby.detect.canary import MIN_SCORE, SEEN, Canary, Place
from passerby.detect.runtime import Bgr
from passerby.media import Detections

SIZES_PX = {"nanodet-g": (416, 480, 640, 853, 960, 1280, 1440), "centerface": (416, 640, 960, 1280, 1440)}


class _Measuring(Canary):
    """Writes down how well the figure was seen."""

    worst_score, worst_off_px, worst_height = 1.0, 0.0, 0.0

    def _check_figure(self, found: Detections, place: Place) -> None:
        super()._check_figure(found, place)
        best = int(found.confidence.argmax())
        left, top, right, bottom = found.xyxy[best]
        seen = SEEN[self._name]
        off_px = max(
            abs((left + right) / 2 - place.left - place.width / 2),
            abs((top + bottom) / 2 - place.top - place.height * (0.5 + seen.below)),
        )
        self.worst_score = min(self.worst_score, float(found.confidence[best]))
        self.worst_off_px = max(self.worst_off_px, float(off_px))
        self.worst_height = max(self.worst_height, float(abs((bottom - top) / place.height - seen.height)))


def pictures(rng: random.Random) -> Iterator[Bgr]:
    folder = Path(os.environ["PASSERBY_SHARED"]) / "footage"
    kinds = (".mp4", ".avi", ".jpg", ".png")
    files = sorted(path for path in folder.rglob("*") if path.suffix in kinds)
    while True:
        with av.open(str(rng.choice(files))) as clip:
            skip = rng.randrange(40)
            for number, frame in enumerate(clip.decode(video=0)):
                if number % 40 == skip:
                    yield frame.to_ndarray(format="bgr24")
                if number > 400:
                    break


def varied(picture: Bgr, rng: random.Random) -> Bgr:
    how = rng.randrange(6)
    if how == 0:
        return np.ascontiguousarray(picture[:, ::-1])
    if how == 1:
        return np.asarray(cv2.convertScaleAbs(picture, alpha=rng.uniform(0.0, 0.4)), np.uint8)
    if how == 2:
        return np.asarray(cv2.convertScaleAbs(picture, alpha=rng.uniform(1.0, 3.0), beta=rng.uniform(0, 80)), np.uint8)
    if how == 3:
        noise = np.random.default_rng(rng.randrange(2**32)).normal(0, rng.uniform(2, 60), picture.shape)
        return np.clip(picture + noise, 0, 255).astype(np.uint8)
    return picture


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=2.0)
    parser.add_argument("--precision", default="auto", choices=("auto", "f32", "bf16"))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    cv2.setNumThreads(1)
    rng = random.Random(asked.seed)
    missed = 0
    detectors: list[tuple[Detector, Any]] = []
    for model in bundled_models():
        detector = Detector.load(model, 1, precision=asked.precision)
        assert model.card.canary
        detector.canary = _Measuring(model.card.canary)
        detectors.append((detector, detector.canary))
    looks, until_s = 0, time.monotonic() + asked.minutes * 60
    for picture in pictures(rng):
        if time.monotonic() > until_s:
            break
        for detector, _ in detectors:
            sizes = SIZES_PX[detector.model.card.name]
            size_px = rng.choices(sizes, [1 / size_px**2 for size_px in sizes])[0]
            size_wh = detector.input_size((picture.shape[1], picture.shape[0]), size_px)
            small = cv2.resize(varied(picture, rng), size_wh, interpolation=cv2.INTER_AREA)
            looks += 1
            try:
                detector.detect_bgr(np.asarray(small, np.uint8), 0.05)
            except DetectorError as error:
                missed += 1
                print(detector.model.card.name, size_wh, error)
    print(f"{looks} looks, {missed} without the figure; a score of {MIN_SCORE} is asked for")
    for detector, seen in detectors:
        print(
            f"{detector.model.card.name} {detector.precision}: worst score {seen.worst_score:.2f}, "
            f"{seen.worst_off_px:.1f} px off, height {seen.worst_height:.2f} off"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
