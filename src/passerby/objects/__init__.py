"""Stores bytes under keys: in a folder, S3, GCS or Azure. Which objects exist, and for how long, is up to others."""

from passerby.objects.store import Store

__all__ = ["Store"]
