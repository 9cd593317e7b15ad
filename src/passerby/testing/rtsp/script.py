"""Defines what goes wrong with a scripted camera, and when."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.testing.rtsp.feed import Feed


@dataclass(frozen=True, slots=True)
class Script:
    """The faults of one camera, by default none. `*_after` count pictures since PLAY; None: never.

    mute: accepts the connection and never answers. describe_status: DESCRIBE is answered with this (location: where a
    3xx points). rejects_everybody: 401 whatever the password. unknown_codec, sound_only: the SDP has nothing that can
    be decoded, or no video. bare_sdp: it omits the parameter sets, which then come only with the pictures. freeze:
    repeats the last key picture. loop: repeats the last `loop_units`. silence: sends nothing more, but the connection
    stays. cut: resets it in the middle of a packet. resize: continues with `resized`. jump: RTP time jumps by `jump_s`,
    forward or back. drip: one byte every `drip_byte_s`. lose_one_in: one in this many RTP packets is never sent.
    """

    mute: bool = False
    describe_status: int | None = None
    location: str | None = None
    rejects_everybody: bool = False
    unknown_codec: bool = False
    sound_only: bool = False
    bare_sdp: bool = False
    freeze_after: int | None = None
    loop_after: int | None = None
    loop_units: int = 25
    silence_after: int | None = None
    cut_after: int | None = None
    resize_after: int | None = None
    resized: Feed | None = None
    jump_after: int | None = None
    jump_s: float = 0.0
    drip_after: int | None = None
    drip_byte_s: float = 0.2
    lose_one_in: int | None = None
