"""How many people who never move does reveal mode show? Real people are cut out and pasted onto empty scenes.

    still_people.py [--sets N] [--seed N] [--mode auto] [--keep FOLDER] [--shared DIR]

Every set pastes about seven people, 12 to 300 px high, who stand, lie or sit, into each empty scene, every third set at
half its light, and plays the picture for 16 s with the noise of a sensor; every second set sways by 0.3 px. Each is
redacted with `passerby redact` and held against the rule of exposed.py in the last third. Nothing of it is kept.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from clips import ClipMissing, shared_folder
from study_sizes import load_measure

SCENES = (
    "campus.avi",
    "cars.mp4",
    "events/left-bag.avi",
    "events/falls/a6_t1_c1.mp4",
    "events/fall-timed/kuleuven_3.234.mp4",
    "events/carriageways.mp4",
)
SITTING = ("events/falls/a6_t1_c2.mp4", 400, (505, 112, 130, 170))  # a bystander on a chair: clip, frame, box
HEIGHTS_PX = (12, 16, 20, 24, 30, 40, 60, 90, 140, 200, 300)
POSTURES = ("stand", "stand", "lie", "sit")
PEOPLE, FRAMES, FPS = 7, 80, 5
GROUPS = ((12, 23), (24, 47), (48, 119), (120, 300))


@dataclass(frozen=True, slots=True)
class Cutout:
    """bgr: (rows, columns, 3). alpha: 0..1, (rows, columns)."""

    bgr: np.ndarray
    alpha: np.ndarray


@dataclass(frozen=True, slots=True)
class Pasted:
    """Somebody in a scene. xywh: picture pixels."""

    posture: str
    xywh: tuple[int, int, int, int]
    is_dark: bool


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sets", type=int, default=3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mode", default="auto", choices=("auto", "reveal", "cover"))
    parser.add_argument("--keep", type=Path, help="keep the videos here (they show real people in the clear)")
    parser.add_argument("--shared", type=Path, default=shared_folder(), help="folder with the footage and measures")
    asked = parser.parse_args()
    try:
        measure = load_measure(asked.shared)
    except ClipMissing as error:
        print(error, file=sys.stderr)
        return 1
    rng = random.Random(asked.seed)
    footage = asked.shared / "footage"
    people = {"stand": standing(footage), "sit": [sitting(footage)]}
    people["lie"] = [turned(cutout) for cutout in people["stand"]]
    counts: dict[tuple[str, tuple[int, int]], list[int]] = defaultdict(lambda: [0, 0, 0])
    with tempfile.TemporaryDirectory(prefix="passerby-still-") as work:
        folder = asked.keep or Path(work)
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(asked.sets):
            for scene in SCENES:
                empty = empty_scene(footage / scene)
                picture, pasted = paste(empty, people, rng, is_dark=number % 3 == 2)
                clip = folder / f"{number}-{Path(scene).stem}.mp4"
                write_clip(clip, picture, rng, sways=number % 2 == 1)
                output = redact(clip, asked.mode)
                judge(measure, clip, output, pasted, counts)
                print(f"{clip.name}: {hidden_for_nothing(clip, output, pasted):.1%} hidden for nothing", flush=True)
    print(table(counts))
    return 0


def standing(footage: Path) -> list[Cutout]:
    """People of the campus clip who stand clear of others, cut out by their difference from the empty scene."""
    empty = empty_scene(footage / "campus.avi")
    boxes: dict[int, list[tuple[float, ...]]] = defaultdict(list)
    for line in (footage / "campus.people.txt").read_text().splitlines():
        frame, _, *xywh = (float(part) for part in line.replace(";", ",").split(",")[:6])
        boxes[int(frame) - 1].append(tuple(xywh))
    cutouts = []
    for index, picture in enumerate(pictures(footage / "campus.avi")):
        if index % 15 == 5:
            for xywh in boxes[index]:
                if not any(other is not xywh and touch(other, xywh) for other in boxes[index]):
                    cutouts += cut_out(picture, empty, xywh)
    return cutouts


def touch(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return all(abs(a[i] + a[i + 2] / 2 - b[i] - b[i + 2] / 2) < (a[i + 2] + b[i + 2]) / 2 + 4 for i in (0, 1))


def cut_out(picture: np.ndarray, empty: np.ndarray, xywh: tuple[float, ...]) -> list[Cutout]:
    x, y, w, h = (int(v) for v in xywh)
    if x < 4 or y < 4 or x + w > picture.shape[1] - 4 or y + h > picture.shape[0] - 4:
        return []
    part, behind = picture[y : y + h, x : x + w], empty[y : y + h, x : x + w]
    mask = (np.abs(part.astype(int) - behind).max(axis=2) > 22).astype(np.uint8)
    mask = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8))
    outlines, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not outlines:
        return []
    alpha = cv2.drawContours(np.zeros_like(mask), [max(outlines, key=cv2.contourArea)], -1, 1, -1)
    return [Cutout(part.copy(), alpha.astype(np.float32))] if 0.3 < alpha.mean() < 0.9 else []


def sitting(footage: Path) -> Cutout:
    clip, frame, (x, y, w, h) = SITTING
    picture = next(p for n, p in enumerate(pictures(footage / clip)) if n == frame)
    mask = np.zeros(picture.shape[:2], np.uint8)
    cv2.grabCut(picture, mask, (x, y, w, h), np.zeros((1, 65)), np.zeros((1, 65)), 6, cv2.GC_INIT_WITH_RECT)
    part = (slice(y, y + h), slice(x, x + w))
    return Cutout(picture[part].copy(), np.isin(mask[part], (1, 3)).astype(np.float32))


def turned(cutout: Cutout) -> Cutout:
    return Cutout(*(np.ascontiguousarray(np.rot90(values)) for values in (cutout.bgr, cutout.alpha)))


def pictures(path: Path) -> Iterator[np.ndarray]:
    with av.open(path) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="bgr24")


def empty_scene(path: Path) -> np.ndarray:
    if not path.is_file():
        raise ClipMissing(f"{path} is not there")
    samples = [picture for n, picture in enumerate(pictures(path)) if n % 20 == 0]
    return np.median(np.stack(samples[:60]), axis=0).astype(np.uint8)


def paste(
    empty: np.ndarray, people: dict[str, list[Cutout]], rng: random.Random, *, is_dark: bool
) -> tuple[np.ndarray, list[Pasted]]:
    light = 0.5 if is_dark else 1.0
    picture = (empty * light).astype(np.uint8)
    rows, columns = picture.shape[:2]
    pasted: list[Pasted] = []
    for size in rng.sample(HEIGHTS_PX, PEOPLE):
        posture = rng.choice([posture for posture in POSTURES if posture in people])
        cutout = rng.choice(people[posture])
        scale = size / max(cutout.alpha.shape)
        h, w = (max(3, round(side * scale)) for side in cutout.alpha.shape)
        if h > rows - 4 or w > columns - 4:
            continue
        for _ in range(60):
            x, y = rng.randrange(columns - w), rng.randrange(rows - h)
            if not any(touch((x - 12, y - 12, w + 24, h + 24), other.xywh) for other in pasted):
                break
        else:
            continue
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR  # nobody is made of squares
        bgr = cv2.resize(cutout.bgr, (w, h), interpolation=how) * light
        alpha = cv2.resize(cutout.alpha, (w, h), interpolation=how)[..., None]
        part = picture[y : y + h, x : x + w]
        part[:] = (part * (1 - alpha) + bgr * alpha).astype(np.uint8)
        pasted.append(Pasted(posture, (x, y, w, h), is_dark))
    return picture, pasted


def write_clip(path: Path, picture: np.ndarray, rng: random.Random, *, sways: bool) -> None:
    noise = np.random.default_rng(rng.randrange(1 << 30))
    rows, columns = (side // 2 * 2 for side in picture.shape[:2])
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "18", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = columns, rows, "yuv420p"
        stream.time_base = Fraction(1, FPS)
        for n in range(FRAMES):
            shift = 0.3 * np.sin(n / 3) if sways else 0.0
            moved = cv2.warpAffine(
                picture,
                np.array([[1, 0, shift], [0, 1, 0]], np.float64),
                picture.shape[1::-1],
                borderMode=cv2.BORDER_REPLICATE,
            )
            noisy = moved[:rows, :columns] + noise.normal(0, 2, (rows, columns, 3))
            frame = av.VideoFrame.from_ndarray(np.clip(noisy, 0, 255).astype(np.uint8), format="bgr24")
            frame.pts = n
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def redact(clip: Path, mode: str) -> Path:
    output = clip.with_suffix(".redacted.mp4")
    command = [sys.executable, "-m", "passerby", "redact", str(clip), "-o", str(output), "--overwrite", "--mode", mode]
    subprocess.run(command, check=True, capture_output=True)
    return output


def judge(measure: Any, clip: Path, output: Path, pasted: list[Pasted], counts: dict[Any, list[int]]) -> None:
    pairs = list(zip(measure.luma(str(clip)), measure.luma(str(output)), strict=True))
    for before, after in pairs[2 * len(pairs) // 3 :: 5]:
        for one in pasted:
            parts = ((0.28, 0.72, 0, 0.15), (0.2, 0.8, 0, 0.6))
            shown = [
                measure.exposed(measure.patch(before, *one.xywh, *part), measure.patch(after, *one.xywh, *part))
                for part in parts
            ]
            group = next(g for g in GROUPS if g[0] <= max(one.xywh[2:]) <= g[1] + 1)
            for key in ((one.posture, group), ("all", group), *((("dark", group),) if one.is_dark else ())):
                counts[key][0] += 1
                counts[key][1] += bool(shown[0])
                counts[key][2] += bool(shown[1])


def hidden_for_nothing(clip: Path, output: Path, pasted: list[Pasted]) -> float:
    """Share of the picture away from everybody that is hidden in its last frame."""
    before, after = (list(pictures(path))[-1] for path in (clip, output))
    away = np.ones(before.shape[:2], np.bool_)
    for one in pasted:
        x, y, w, h = one.xywh
        away[max(0, y - h // 4) : y + h + h // 4, max(0, x - w // 4) : x + w + w // 4] = False
    changed = np.abs(before.astype(int) - after).max(axis=2) > 30
    return float(changed[away].mean())


def table(counts: dict[Any, list[int]]) -> str:
    lines = [
        "| | " + " | ".join(f"{low} to {high} px" for low, high in GROUPS) + " |",
        "|---" * (len(GROUPS) + 1) + "|",
    ]
    for posture in ("stand", "lie", "sit", "dark", "all"):
        cells = []
        for group in GROUPS:
            count, heads, bodies = counts[posture, group]
            cells.append(f"{heads / count:.1%}, {bodies / count:.1%} of {count}" if count else "")
        lines.append(f"| {posture}: heads, bodies shown | " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
