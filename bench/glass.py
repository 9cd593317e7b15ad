"""Measures how late a live picture is in a browser, and how soon one comes: from what a camera sends to what is shown.

    python bench/glass.py                        # one camera of 25 fps, then 12 of 5 fps in one grid; about 3 minutes
    python bench/glass.py --grid 4 --seconds 20

Cameras send numbered pictures over RTSP and know when each went out; the browser (Chromium, headless) reads the number
in each picture that it shows. The camera's own time for taking and coding a picture is not in it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from machine import busy_warning, describe_machine
from playwright.sync_api import Page

from passerby.testing.rtsp import Feed, RtspServer
from passerby.testing.rtsp.numbered import CELLS
from tests.browser import chromium, sign_in
from tests.campaign.service import Service

PICTURES = 1000  # so many can be told apart
SIZE_WH = (640, 360)
DELAY_S = 1.0  # the privacy delay
RECORDED_WITHIN_S = 120.0
CLICKS = 12

SHOWN = """async (seconds) => {
  const seen = [], over = performance.now() + 1000 * seconds;
  await Promise.all([...document.querySelectorAll("video")].map((video) => new Promise((done) => {
    const {videoWidth: wide, videoHeight: tall} = video;
    const paper = new OffscreenCanvas(wide, tall).getContext("2d", {willReadFrequently: true});
    const camera = video.getAttribute("aria-label").split(" ").at(-1);
    const look = () => {
      const at = Date.now() / 1000;
      paper.drawImage(video, 0, 0);
      const row = paper.getImageData(0, Math.round(tall / 9), wide, 1).data;
      let number = 0;
      for (let cell = 0; cell < CELLS; cell++) {
        const x = Math.round(wide / 8 + (wide * 3 / 4) * (cell + 0.5) / CELLS);
        if (row[4 * x + 1] > 128) number += 1 << cell;
      }
      seen.push([camera, at, number]);
      performance.now() < over ? video.requestVideoFrameCallback(look) : done();
    };
    video.requestVideoFrameCallback(look);
  })));
  return seen;
}""".replace("CELLS", str(CELLS))
COMES = """(count) => new Promise((done) => {
  const began = performance.now();
  location.hash = count > 1 ? "#/live" : "#/live/c0";
  const look = () => {
    const ready = [...document.querySelectorAll("video")].filter((video) => video.readyState >= 2);
    ready.length >= count ? done(performance.now() - began) : requestAnimationFrame(look);
  };
  look();
})"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grid", type=int, default=12, help="cameras of 5 fps that are shown at once")
    parser.add_argument("--seconds", type=float, default=30.0)
    asked = parser.parse_args()
    print(f"{describe_machine()}. {busy_warning() or ''}", file=sys.stderr)
    for count, fps in ((1, 25), (asked.grid, 5)):
        with tempfile.TemporaryDirectory(prefix="passerby-glass-") as scratch:
            _measure(count, fps, asked.seconds, Path(scratch))
    return 0


def _measure(count: int, fps: int, seconds: float, folder: Path) -> None:
    feed = Feed.drawn("h264", SIZE_WH, fps, PICTURES, 4 * fps)
    with RtspServer({f"/c{n}": feed for n in range(count)}) as server:
        toml = '[sources]\nnetworks = ["127.0.0.0/8"]\n' + "".join(
            f'[[camera]]\nname = "c{n}"\naddress = "{server.url(f"/c{n}")}"\nmode = "cover"\n'
            f"privacy_delay_s = {DELAY_S}\n"
            for n in range(count)
        )
        service = Service(folder, toml)
        try:
            service.start()
            service.make_user()
            _wait(service)
            with chromium() as browser:
                page = browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
                sign_in(page, str(service.client.base_url))
                came_ms = [_click(page, count) for _ in range(CLICKS if count == 1 else 3)]
                page.wait_for_timeout(5000)
                shown = page.evaluate(SHOWN, seconds)
        finally:
            service.end()
        late_s = sorted(_late(server, fps, *each) for each in shown)
    print(
        f"{count} of {SIZE_WH[0]}×{SIZE_WH[1]}, {fps} fps: {len(late_s)} pictures shown, "
        f"late by {statistics.median(late_s):.2f} s (median), {late_s[int(len(late_s) * 0.95)]:.2f} s (95 %), "
        f"with a privacy delay of {DELAY_S:g} s; all begin after {statistics.median(came_ms):.0f} ms "
        f"(median of {len(came_ms)}), {max(came_ms):.0f} ms (slowest)"
    )


def _wait(service: Service) -> None:
    until_s = time.monotonic() + RECORDED_WITHIN_S
    while set((service.states() or {"": ""}).values()) != {"recording"}:
        if time.monotonic() > until_s:
            raise TimeoutError(f"not all cameras record: {service.states()}")
        time.sleep(0.2)
    time.sleep(5.0)


def _click(page: Page, count: int) -> float:
    """Milliseconds from a section without pictures to the first one, or to all of a grid."""
    page.evaluate('location.hash = "#/about"')
    page.wait_for_timeout(1500)
    return float(page.evaluate(COMES, count))


def _late(server: RtspServer, fps: int, camera: str, at_s: float, number: int) -> Any:
    """How long ago the camera sent this picture. It comes again each round of its pictures."""
    return (at_s - server.began_s[f"/{camera}"] - number / fps) % (PICTURES / fps)


if __name__ == "__main__":
    sys.exit(main())
