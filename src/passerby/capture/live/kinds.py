"""Connects to each kind of live source and hands it to FFmpeg, which may open only what this kind needs."""

from __future__ import annotations

import tempfile
import time

import av
from av.container import InputContainer
from av.video.stream import VideoStream

from passerby.capture.live.mjpeg import Jpegs, is_mjpeg, read_head
from passerby.capture.live.options import LiveOptions, Opened
from passerby.capture.live.parts import Parts
from passerby.capture.live.probe_rtsp import probe_rtsp
from passerby.capture.live.words import unknown_codec, unopened
from passerby.capture.probe import codec_name
from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.net.fetch import Body, fetch
from passerby.net.resolve import checked_ips

# The stream names its codec in its description and its size in the first picture, so FFmpeg need not look ahead. What
# it looks at would arrive late and all at once.
_NO_PROBING = {"analyzeduration": "1", "probesize": "32", "fpsprobesize": "0"}
UNSPECIFIC = ("", "application/octet-stream", "text/plain")
"""The content types that servers give for unknown streams."""
_UDP_BUFFER_BYTES = 1 << 20  # a 4K key frame comes in one burst


def open_rtsp(address: Address, options: LiveOptions) -> Opened:
    """RTSP over TCP or UDP; RTSPS over TCP. First passerby itself asks the server, at an address that was checked."""
    finish_by = time.monotonic() + options.open_timeout_s
    ips = checked_ips(address, options.reach, options.open_timeout_s)
    stream = probe_rtsp(
        address, ips, finish_by, options.read_timeout_s, trust_any_certificate=options.trust_any_certificate
    )
    settings = {
        **_NO_PROBING,
        "protocol_whitelist": "rtp,udp,tcp" + (",tls" if address.secure else ""),
        "rtsp_transport": "tcp" if address.secure else options.transport,
        "allowed_media_types": "video",  # sound is neither used nor received
        "buffer_size": str(_UDP_BUFFER_BYTES),
        "rtsp_flags": "filter_src",  # over UDP anybody could send pictures: accept them from the camera only
    }
    left_s = max(1.0, finish_by - time.monotonic())
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as trusted:
        if stream.certificate and not options.trust_any_certificate:
            # FFmpeg does not use the system's authorities. They were checked here; it must get the same certificate.
            trusted.write(stream.certificate)
            trusted.flush()
            settings |= {"tls_verify": "1", "verifyhost": address.host, "ca_file": trusted.name}
        container = _open(address, address.at(stream.ip), "rtsp", settings, options, left_s)
    return _opened(container, address, ", ".join(stream.codecs))


def open_device(address: Address, options: LiveOptions) -> Opened:
    """A camera attached to this machine, by Video4Linux."""
    settings = {"protocol_whitelist": "file", "timestamps": "mono2abs"}
    if options.device_size:
        settings["video_size"] = "{}x{}".format(*options.device_size)
    if options.device_rate:
        settings["framerate"] = str(options.device_rate)
    container = _open(address, address.path, "video4linux2", settings, options, options.open_timeout_s)
    return _opened(container, address)


def open_http(address: Address, options: LiveOptions) -> Opened:
    """MJPEG or HLS, as the server declares, or otherwise by what it sends."""
    finish_by = time.monotonic() + options.open_timeout_s
    body = fetch(address, options.limits)
    is_hls = "mpegurl" in body.content_type or address.path.partition("?")[0].endswith((".m3u8", ".m3u"))
    head = b""
    try:
        if not is_hls and body.content_type in UNSPECIFIC:
            body.finish_within(max(1.0, finish_by - time.monotonic()))
            head = read_head(body)
            if body.error is not None and not is_mjpeg(head):
                raise unopened(address, body.error, options.open_timeout_s)
            is_hls = head.lstrip().startswith(b"#EXTM3U")
        if "multipart/" in body.content_type or is_mjpeg(head):
            return _open_mjpeg(address, body, head, options)
    except BaseException:
        body.close()
        raise
    body.close()
    if is_hls:
        return _open_hls(address, options, finish_by - time.monotonic())
    if body.content_type.startswith("image/"):
        raise SourceUnavailable(
            Trouble.NO_STREAM,
            f"couldn't open '{address.shown}': it is a single picture ({body.content_type}), not a stream",
            "look for the camera's MJPEG or RTSP address",
        )
    said = body.content_type or "of a kind that it does not tell"
    raise SourceUnavailable(
        Trouble.NO_STREAM,
        f"couldn't open '{address.shown}': it is neither MJPEG nor HLS, but {said}",
        "name the address of the stream, not of a page",
    )


def _open_mjpeg(address: Address, body: Body, head: bytes, options: LiveOptions) -> Opened:
    """head: what was already read."""
    body.finish_within(options.open_timeout_s)
    try:
        settings = {"probesize": "32", "protocol_whitelist": ""}
        container = av.open(Jpegs(body, head), "r", format="mpjpeg", options=settings,
                            timeout=(options.open_timeout_s, options.read_timeout_s), buffer_size=1 << 16)  # fmt: skip
    except (av.FFmpegError, OSError, ValueError) as error:
        raise unopened(address, body.error or error, options.open_timeout_s) from None
    return Opened(container, container.streams.video[0], has_clock=False, beneath=body)


def _open_hls(address: Address, options: LiveOptions, within_s: float) -> Opened:
    parts = Parts(address, options.limits, within_s)
    settings = {
        "protocol_whitelist": "http,https",
        # Both would use FFmpeg's own connections, of which there are none.
        "http_persistent": "0",
        "http_multiple": "0",
        "live_start_index": "-1",
        "analyzeduration": "500000",
    }
    try:
        container = av.open(address.without_login(), "r", format="hls", options=settings, io_open=parts.get,
                            timeout=(options.open_timeout_s / 2, options.read_timeout_s))  # fmt: skip
    except (av.FFmpegError, OSError, ValueError) as error:
        parts.close()
        raise parts.error or unopened(address, error, options.open_timeout_s) from None
    opened = _opened(container, address)
    opened.bursts, opened.beneath = True, parts
    return opened


def _open(
    address: Address, url: str, format: str, settings: dict[str, str], options: LiveOptions, within_s: float
) -> InputContainer:
    try:
        # FFmpeg uses the first time limit twice: to open, and to examine the stream.
        return av.open(
            url,
            "r",
            format=format,
            options=settings,
            metadata_errors="replace",
            timeout=(within_s / 2, options.read_timeout_s),
        )
    except (av.FFmpegError, OSError, ValueError) as error:
        raise unopened(address, error, within_s) from None


def _opened(container: InputContainer, address: Address, codecs: str = "") -> Opened:
    """codecs: as the source names them."""
    stream: VideoStream | None = next(iter(container.streams.video), None)
    if stream is None or stream.codec_context is None:
        named = codecs or codec_name(container)
        container.close()
        raise unknown_codec(address, named)
    return Opened(container, stream)
