"""How soon a crossing of a line is on the page and at the push service, from when it happens in front of the camera.

    python bench/events_latency.py                  # two drawn cameras, 4 minutes
    python bench/events_latency.py --seconds 600

A whole service with a privacy delay of 1 s, a client that listens as the page does (server-sent events), and a push
service of our own. An event's time is that of the picture in which somebody crossed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import httpx2
from machine import busy_warning, describe_machine

from passerby.api.gate import CSRF_HEADER
from passerby.media.segments import TICKS_PER_S
from passerby.notify.links import message_id
from passerby.testing.webhook import WebhookSink
from tests.campaign.service import Service
from tests.certificates import certificate
from tests.push import Browser

EVENT = message_id(0).removesuffix("0")  # messages of alarms have other ids
DELAY_S = 1.0  # the privacy delay
CAMERAS = ("street", "square")
TOML = """
[sources]
drawn = true

[[channel]]
name = "phones"
kind = "push"
networks = ["127.0.0.0/8"]
trust_any_certificate = true

[[route]]
channels = ["phones"]
rules = ["line"]
digest_after = 1000
"""
CAMERA = """
[[camera]]
name = "{name}"
address = "drawn:{name}"
privacy_delay_s = {delay_s}

[[rule]]
camera = "{name}"
name = "line"
kind = "line"
alert = "both"
line = [[0.55, 1.0], [0.55, 0.4]]
"""


class Arrivals:
    """How long after it happened each event arrived at the page, in seconds, by its id. It ends with the service."""

    def __init__(self, service: Service) -> None:
        self.after_s: dict[int, float] = {}
        self._service = service
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        client = self._service.client
        with suppress(httpx2.TransportError), client.stream("GET", "/api/events/new", timeout=None) as answer:
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    event = json.loads(line.removeprefix("data:"))
                    self.after_s.setdefault(event["id"], time.time() - event["start_90k"] / TICKS_PER_S)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=240.0)
    asked = parser.parse_args()
    print(f"{describe_machine()}. {busy_warning() or ''}", file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="passerby-latency-") as scratch:
        folder = Path(scratch)
        toml = TOML + "".join(CAMERA.format(name=name, delay_s=DELAY_S) for name in CAMERAS)
        service = Service(folder, toml)
        with WebhookSink(certificate(folder)) as sink:
            try:
                service.start()
                service.make_user()
                _measure(service, sink, asked.seconds)
            finally:
                service.end()
    return 0


def _measure(service: Service, sink: WebhookSink, seconds: float) -> None:
    browser = Browser(sink, "/push/kim")
    service.client.headers[CSRF_HEADER] = service.client.get("/api/session").json()["csrf_token"]
    added = service.client.post("/api/self/devices", json={"name": "bench", **browser.subscription})
    added.raise_for_status()
    _wait(service)
    page, pushed_at = Arrivals(service), list[float]()
    until_s = time.monotonic() + seconds
    while time.monotonic() < until_s:
        came = len(sink.wait_for(len(pushed_at) + 1, min(5.0, max(0.0, until_s - time.monotonic()))))
        pushed_at += [time.time()] * (came - len(pushed_at))
    messages = zip(browser.read(), pushed_at, strict=False)
    pushed_s = [at_s - message["at_ms"] / 1000 for message, at_s in messages if message["id"].startswith(EVENT)]
    print(_line("the page", list(page.after_s.values())))
    print(_line("the push service", pushed_s))


def _line(where: str, late_s: list[float]) -> str:
    if not late_s:
        return f"{where}: nothing came"
    ordered = sorted(late_s)
    return (
        f"{where}: {len(ordered)} events, {statistics.median(ordered):.2f} s after they happened (median), "
        f"{ordered[-1]:.2f} s (slowest), with a privacy delay of {DELAY_S:g} s"
    )


def _wait(service: Service) -> None:
    until_s = time.monotonic() + 120
    while set((service.states() or {"": ""}).values()) != {"recording"}:
        if time.monotonic() > until_s:
            raise TimeoutError(f"not all cameras record: {service.states()}")
        time.sleep(0.2)


if __name__ == "__main__":
    sys.exit(main())
