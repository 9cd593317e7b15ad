"""Stores redacted segments and their catalogue. What is in a picture, and who may see it, is decided elsewhere."""

from passerby.archive.archive import Archive
from passerby.archive.export import ExportedFile
from passerby.archive.playlist import Playlist, PlaylistEntry
from passerby.archive.reader import Reader
from passerby.archive.still import Still
from passerby.archive.whole_days import split_days
from passerby.archive.writer import CameraWriter

__all__ = ["Archive", "CameraWriter", "ExportedFile", "Playlist", "PlaylistEntry", "Reader", "Still", "split_days"]
