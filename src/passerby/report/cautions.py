"""Warnings that people should see before they trust the result of these settings."""

from __future__ import annotations

from passerby.settings import Hide, Settings


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
