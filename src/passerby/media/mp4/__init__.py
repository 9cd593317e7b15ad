"""Writes and reads the MP4 boxes (ISO/IEC 14496-12) that live video needs, as bytes."""

from __future__ import annotations
