"""How hidden things look: their colours and what each means. Painter, report and page all use it."""

from __future__ import annotations

from passerby.media.boxes import Kind

Rgb = tuple[int, int, int]

NEUTRAL: Rgb = (44, 47, 52)
"""A dark grey: a picture hidden whole, and every cover of the style `solid`."""

COLOURS: dict[Kind, Rgb] = {
    Kind.PERSON: (84, 112, 152),
    Kind.FACE: (122, 96, 140),
    Kind.PLATE: (136, 104, 58),
    Kind.VEHICLE: (80, 121, 110),
    Kind.MOTION: (108, 108, 109),
    Kind.MANUAL: (146, 92, 94),
}
"""Muted, sRGB, 0..255. All have the luma of the first, exactly so when painted. Where covers of several kinds meet over
one body, there is no edge in lightness that could follow its shape."""

MEANINGS: dict[Kind, str] = {
    Kind.PERSON: "a person",
    Kind.FACE: "a face",
    Kind.PLATE: "a number plate, or the part of a vehicle that carries one",
    Kind.VEHICLE: "a vehicle",
    Kind.MOTION: "something that moves, or a place not yet known",
    Kind.MANUAL: "covered by hand",
}
WHOLE_MEANS = "the whole picture is hidden"


def legend() -> list[tuple[str, str]]:
    """Each colour as `#rrggbb` with its meaning, most frequent first."""
    kinds = [Kind.PERSON, Kind.MOTION, Kind.FACE, Kind.VEHICLE, Kind.PLATE, Kind.MANUAL]
    return [*((as_hex(COLOURS[kind]), MEANINGS[kind]) for kind in kinds), (as_hex(NEUTRAL), WHOLE_MEANS)]


def as_hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{part:02x}" for part in rgb)
