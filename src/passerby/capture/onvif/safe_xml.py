"""Parses untrusted XML: without document types or entities, up to a maximum size, read only."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

LONGEST_WORD = 120


class NotUnderstood(ValueError):
    """It is not XML, or XML that nobody with good intentions sends."""


def parse(data: bytes) -> Element:
    """Raises NotUnderstood."""
    try:
        root = fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:  # LookupError: an unknown encoding
        raise NotUnderstood(type(error).__name__) from None
    assert isinstance(root, Element)
    return root


def first(element: Element | None, *path: str) -> Element | None:
    """The first element at a path of names, in any namespace, since vendors differ in them."""
    for name in path:
        if element is None:
            return None
        element = element.find(f".//{{*}}{name}")
    return element


def text(element: Element | None, *path: str) -> str:
    """The text at a path, in one line; empty if there is none."""
    found = first(element, *path)
    return " ".join((found.text or "").split()) if found is not None else ""


def number(element: Element | None, *path: str) -> float | None:
    """A number from 0 up to the largest that a picture may have; None for anything else."""
    try:
        value = float(text(element, *path))
    except ValueError:
        return None
    return value if 0 < value <= 100_000 else None


def word(value: str) -> str:
    """For people: its printable part, shortened if needed."""
    return "".join(char for char in value if char.isprintable())[:LONGEST_WORD]
