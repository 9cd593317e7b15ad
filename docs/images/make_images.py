"""Makes before.jpg and after.jpg for the README from a drawn street: `python docs/images/make_images.py`."""

from __future__ import annotations

import tempfile
from pathlib import Path

import av
import cv2

from passerby.capture.drawn import draw_street
from passerby.engine import redact

SHOWN_AT_FRAME = 35  # people near and far, apart from each other
SIZE = (640, 360)


def save_frame(video: Path, picture: Path) -> None:
    with av.open(str(video)) as container:
        frame = next(frame for n, frame in enumerate(container.decode(video=0)) if n == SHOWN_AT_FRAME)
    small = cv2.resize(frame.to_ndarray(format="bgr24"), SIZE, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(picture), small, [cv2.IMWRITE_JPEG_QUALITY, 82])


def main() -> None:
    here = Path(__file__).parent
    with tempfile.TemporaryDirectory() as folder:
        street, redacted = Path(folder, "street.mp4"), Path(folder, "street.redacted.mp4")
        draw_street(street)
        redact(street, redacted)
        save_frame(street, here / "before.jpg")
        save_frame(redacted, here / "after.jpg")


if __name__ == "__main__":
    main()
