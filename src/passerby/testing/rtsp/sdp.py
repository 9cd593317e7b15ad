"""Describes one stream, as RTSP's DESCRIBE does (RFC 4566 and the RTP payload formats)."""

from __future__ import annotations

import base64

from passerby.testing.rtsp.feed import Feed
from passerby.testing.rtsp.rtp import PAYLOAD_TYPES
from passerby.testing.rtsp.script import Script

_NAMES = {"h264": "H264", "hevc": "H265", "mjpeg": "JPEG"}


def describe(feed: Feed, script: Script) -> str:
    """An SDP with one video track, `track1`, except as scripted."""
    lines = [
        "v=0",
        "o=- 1 1 IN IP4 0.0.0.0",
        "s=camera",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
    ]
    if script.sound_only:
        lines += ["m=audio 0 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", "a=control:track1"]
    else:
        lines += _video(feed, script)
    return "".join(line + "\r\n" for line in lines)


def _video(feed: Feed, script: Script) -> list[str]:
    kind = PAYLOAD_TYPES[feed.codec]
    name = "X-SEALED" if script.unknown_codec else _NAMES[feed.codec]
    lines = [f"m=video 0 RTP/AVP {kind}", f"a=rtpmap:{kind} {name}/90000"]
    parameters = "" if script.bare_sdp else _parameters(feed)
    if feed.codec == "h264":
        parameters = f"packetization-mode=1{';' if parameters else ''}{parameters}"
    if parameters and not script.unknown_codec:
        lines.append(f"a=fmtp:{kind} {parameters}")
    return [*lines, "a=control:track1"]


def _parameters(feed: Feed) -> str:
    coded = [base64.b64encode(each).decode() for each in feed.parameter_sets]
    if feed.codec == "h264":
        return "sprop-parameter-sets=" + ",".join(coded)
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    return ";".join(f"{name}={each}" for name, each in zip(names, coded, strict=False))
