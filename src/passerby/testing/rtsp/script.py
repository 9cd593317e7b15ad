"""What goes wrong with a scripted camera, and when."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.testing.rtsp.feed import Feed


@dataclass(frozen=True, slots=True)
class Script:
    """The faults of one camera; by default none. `*_after` count pictures since PLAY; None: never.

    mute: takes the connection and answers nothing. describe_status: DESCRIBE is answered with this (location: where a
    3xx points). rejects_everybody: 401 whatever the password. unknown_codec, sound_only: the SDP tells of nothing that
    can be decoded, or of no video. bare_sdp: it leaves out the parameter sets, which then come with the pictures only.
    freeze: the last key picture, over and over. loop: the last `loop_units`, over and over. silence: nothing more, the
    connection stays. cut: reset in the middle of a packet. resize: goes on with `resized`. jump: RTP time leaps by
    `jump_s`, forward or back. drip: one byte each `drip_byte_s`. lose_one_in: this share of RTP packets is never sent.
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
