"""The section `map`: what the map under the cameras is drawn from."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, Field

from passerby.config.section import Section

_URL = re.compile(r"(?P<origin>https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?)/[!-~]*", re.IGNORECASE)
"""Nothing in its origin could add to the page's content security policy."""
_PLACES = ("{z}", "{x}", "{y}")


def _tiles(text: str) -> str:
    if "://" not in text:
        return text
    if not _URL.fullmatch(text):
        raise ValueError("a URL of tiles begins with https:// and the name of a host, without a password")
    if not all(place in text for place in _PLACES):
        raise ValueError("a URL of tiles contains {z}, {x} and {y}")
    return text


class Map(Section):
    """The map on which cameras with coordinates are shown. Floor plans need none of this."""

    tiles: Annotated[str, AfterValidator(_tiles)] | None = Field(
        None,
        description="A PMTiles file, or a folder of tiles named Z/X/Y.png, which passerby serves itself; or the URL of "
        "a tile server with {z}, {x} and {y}. If not set, the ground is empty. Danger: with a URL, the browser of "
        "everybody who looks at the map asks that server, which learns where the cameras are looked for.",
    )
    attribution: str = Field(
        "", max_length=200, description="Whose map it is, shown in its corner, such as © OpenStreetMap contributors."
    )
    max_zoom: int = Field(
        19, ge=0, le=24, description="The last zoom level of a folder or a server. A PMTiles file says it itself."
    )

    @property
    def is_url(self) -> bool:
        return self.tiles is not None and "://" in self.tiles

    @property
    def origin(self) -> str | None:
        """Of the tile server, which browsers must be allowed to ask. None if none is configured."""
        found = _URL.fullmatch(self.tiles or "")
        return found["origin"] if found else None
