"""Where redacted segments live, and the catalogue of them. What is in a picture, and who may see it, is for others."""

from passerby.archive.archive import Archive
from passerby.archive.export import ExportedFile
from passerby.archive.playlist import Playlist, PlaylistEntry
from passerby.archive.still import Still
from passerby.archive.writer import CameraWriter

__all__ = ["Archive", "CameraWriter", "ExportedFile", "Playlist", "PlaylistEntry", "Still"]
