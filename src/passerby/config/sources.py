"""The section `sources`: what kinds of cameras are allowed."""

from __future__ import annotations

from pydantic import Field

from passerby.config.section import Network, Section


class Sources(Section):
    """What else may be used as a camera, besides network addresses."""

    networks: tuple[Network, ...] = Field(
        (),
        description="Networks that are refused by default but may hold cameras here, such as 127.0.0.0/8. "
        "Danger: anybody who may add a camera can then make this machine connect to what is there.",
    )
    files: bool = Field(
        False,
        description="Allow files to be played as cameras. Danger: that includes any video that passerby can read.",
    )
    devices: bool = Field(False, description="Allow cameras attached to this machine (/dev/video0).")
    drawn: bool = Field(
        False,
        description="Allow drawn scenes such as drawn:street as cameras, for trying things out. They show people who "
        "do not exist. Danger: their recordings look like those of a camera.",
    )
