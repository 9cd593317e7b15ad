"""Turns redacted frames into finished files. Where the files go is up to archive/."""

from passerby.record.encoders import EncoderState, list_encoders
from passerby.record.partfile import RecordedFile
from passerby.record.segments import SegmentRecorder
from passerby.record.sound import Sound
from passerby.record.still import encode_still, stills_of, write_still
from passerby.record.video import VideoRecorder

__all__ = [
    "EncoderState",
    "RecordedFile",
    "SegmentRecorder",
    "Sound",
    "VideoRecorder",
    "encode_still",
    "list_encoders",
    "stills_of",
    "write_still",
]
