"""The configuration of `passerby demo`: drawn cameras, and rules that notice what is drawn."""

from __future__ import annotations

import socket
from pathlib import Path

from passerby.config import Server

CAMERAS = (
    ("street", "Street"),
    ("square", "School yard"),
    ("platform", "Platform"),
    ("car-park", "Car park"),
    ("night", "Closed yard, at night"),
    ("freezes", "Platform, freezes"),
    ("loops", "Street, loops"),
    ("covered", "School yard, covered"),
)
"""Names of drawn cameras, and their titles. The last three have a fault, for half a minute and again later."""
_CONFIG = """\
# Written by `passerby demo` at its first start, and never again: change it as you like.

[server]
port = {port}

[storage]
keep_hours = 2
max_gigabytes = 1
min_free_gigabytes = 0.2

[sources]
drawn = true

[about]
title = "passerby, a demo"
purpose = "To see what passerby does. These cameras show drawings: nobody in them exists."
"""
_CAMERA = """
[[camera]]
name = "{name}"
title = "{title}"
address = "drawn:{name}"
groups = ["drawn"]
"""
_RULES = """
# Each of these notices something within the first two minutes, and again every five minutes.

[[rule]]
camera = "street"
name = "Along the pavement"
kind = "line"
line = [[0.55, 1.0], [0.55, 0.74]]

[[rule]]
camera = "square"
name = "Crowd in the yard"
kind = "crowd"
zone = [[0.42, 0.45], [0.85, 0.45], [0.85, 0.95], [0.42, 0.95]]
limit = 4

[[rule]]
camera = "platform"
name = "Somebody falls"
kind = "fall"

[[rule]]
camera = "platform"
name = "Left bag"
kind = "left-object"
after_s = 5

[[rule]]
camera = "car-park"
name = "Vehicle on the footpath"
kind = "zone"
objects = "vehicles"
zone = [[0.0, 0.83], [1.0, 0.83], [1.0, 1.0], [0.0, 1.0]]

[[rule]]
camera = "car-park"
name = "Against the one-way lane"
kind = "wrong-way"
objects = "vehicles"
zone = [[0.0, 0.55], [1.0, 0.55], [1.0, 0.78], [0.0, 0.78]]
arrow = [[0.3, 0.66], [0.7, 0.66]]

[[rule]]
camera = "night"
name = "Somebody in the closed yard"
kind = "zone"
zone = [[0.0, 0.46], [1.0, 0.46], [1.0, 1.0], [0.0, 1.0]]
after_s = 2
# Here it is always night. A real yard is closed at times: when = ["mon-sun 20:00-06:00"]
"""


def write_config(path: Path) -> None:
    """If there is none yet: an ordinary file, which also works with `passerby serve`."""
    if path.exists():
        return
    cameras = "".join(_CAMERA.format(name=name, title=title) for name, title in CAMERAS)
    path.touch(mode=0o600)  # a configuration may come to hold passwords
    path.write_text(_CONFIG.format(port=_port()) + cameras + _RULES, encoding="utf-8")


def _port() -> int:
    """The usual port, or a free one if another program uses that."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind((Server().host, Server().port))
        except OSError:
            tried.bind((Server().host, 0))
        return int(tried.getsockname()[1])
