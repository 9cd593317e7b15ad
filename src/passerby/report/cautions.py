"""Sentences that people should read before they trust the result, or to get a better one."""

from __future__ import annotations

from typing import Literal

from passerby.settings import Hide, Settings

MUCH_HIDDEN = 0.5  # of the picture, on average: little is left to see
_WHAT_OTHERS_HIDE = {
    "cover": "hides only what is found",
    "reveal": "hides only what is not established background, which works if the camera stands still",
}


def cautions(settings: Settings) -> tuple[str, ...]:
    """One sentence for each setting that lets something through, most dangerous first."""
    said = []
    if Hide.PEOPLE not in settings.hide:
        said.append("People are not looked for: where the camera moves, their clothes, build and gait stay visible.")
    if settings.style in ("mosaic", "blur"):
        said.append(
            f"A {settings.style} keeps traces of the picture under it: it can be attacked, a flat cover cannot."
        )
    if settings.audio == "keep":
        said.append("The sound is kept: voices identify people.")
    if settings.shape == "outline":
        said.append("Outlines show build and gait, by which people can be recognised.")
    return tuple(said)


def advice(instead: Literal["reveal", "cover"]) -> str:
    """Names the option that hides less, where most of the picture is hidden."""
    return f"Over half of the picture is hidden. Try --mode {instead}: it {_WHAT_OTHERS_HIDE[instead]}."
