"""Where bytes are kept under keys: a folder, S3, GCS or Azure. Which there are and how long they stay is for others."""

from passerby.objects.store import Store

__all__ = ["Store"]
