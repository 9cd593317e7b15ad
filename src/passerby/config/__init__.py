"""The configuration file of `passerby serve`: every key with its effect, default and danger. One module per section."""

from passerby.config.camera import Camera
from passerby.config.channel import Channel
from passerby.config.file import FILE_NAME, Config, parse_config, read_config
from passerby.config.keys import keys_of, section_of
from passerby.config.map import Map
from passerby.config.oidc import Oidc
from passerby.config.redact import Redact
from passerby.config.route import Route
from passerby.config.server import Server, is_this_machine

__all__ = [
    "FILE_NAME", "Camera", "Channel", "Config", "Map", "Oidc", "Redact", "Route", "Server", "is_this_machine",
    "keys_of", "parse_config", "read_config", "section_of",
]  # fmt: skip
