"""The section `sources`: what kinds of cameras are allowed."""

from __future__ import annotations

from pydantic import Field

from passerby.config.section import Network, Section


class Sources(Section):
    """What cameras may be beside network addresses."""

    networks: tuple[Network, ...] = Field(
        (),
        description="Networks in which cameras may be although they are refused by default, such as 127.0.0.0/8. "
        "Danger: whoever may add a camera can make this machine talk to what is there.",
    )
    files: bool = Field(
        False, description="A file may be played as a camera. Danger: any video that this program can read."
    )
    devices: bool = Field(False, description="A camera at this machine (/dev/video0) may be opened.")
    drawn: bool = Field(
        False,
        description="A drawn scene, such as drawn:street, may be a camera: people who do not exist, to try things out. "
        "Danger: its recordings look like those of a camera.",
    )
