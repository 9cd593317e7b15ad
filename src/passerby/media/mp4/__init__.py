"""The boxes of MP4 (ISO/IEC 14496-12) that live video needs, made and read as bytes."""

from __future__ import annotations
