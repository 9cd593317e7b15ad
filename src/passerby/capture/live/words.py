"""Explains why FFmpeg could not open or continue to read a live source."""

from __future__ import annotations

import errno

import av

from passerby.errors import SourceUnavailable, Trouble
from passerby.net.address import Address
from passerby.rules.reach import Reach, kind_refusal


def unopened(address: Address, error: Exception, within_s: float) -> SourceUnavailable:
    """For an error from `av.open`. Its own text is not used, because it contains the whole URL."""
    hint = None
    match error:
        case av.error.ExitError() | TimeoutError():
            trouble, said = Trouble.TIMED_OUT, f"it sent nothing that can be read within {within_s:g} s"
            hint = "does another program get a picture from it?"
        case av.error.HTTPUnauthorizedError() | av.error.HTTPForbiddenError():
            trouble, said = Trouble.WRONG_PASSWORD, "it does not accept this user and password"
        case av.error.HTTPNotFoundError():
            trouble, said = Trouble.NO_STREAM, "it has no stream of this name"
        case ConnectionRefusedError():
            trouble, said = Trouble.UNREACHABLE, "nothing accepts connections there"
        case FileNotFoundError() | OSError(errno=errno.ENODEV | errno.ENXIO):
            trouble, said, hint = Trouble.UNREACHABLE, "there is no such device", "is it plugged in?"
        case PermissionError():
            trouble, said, hint = (
                Trouble.UNREACHABLE,
                "passerby may not open it",
                "add passerby's user to the group 'video'",
            )
        case OSError(errno=errno.EBUSY):
            trouble, said, hint = Trouble.UNREACHABLE, "another program uses it", "close that program"
        case OSError(errno=errno.EPROTONOSUPPORT):
            trouble, said = Trouble.NO_STREAM, "it does not support this transport"
            hint = "try the other one of TCP and UDP"
        case av.error.HTTPError():
            trouble, said = Trouble.NO_STREAM, "it refused to play"
        case av.error.InvalidDataError() | ValueError():
            trouble, said = Trouble.UNKNOWN_CODEC, "what it sends cannot be understood"
        case _:
            trouble, said = Trouble.ENDED, "it closed the connection"
    return SourceUnavailable(
        trouble, f"couldn't open '{address.shown}': {said}", hint or "look at the camera's own page"
    )


def broken_off(address: Address, error: Exception | None, within_s: float) -> SourceUnavailable:
    """For an error while reading; None: the stream ended."""
    match error:
        case av.error.ExitError() | TimeoutError():
            said = f"'{address.shown}' sent no whole packet for {within_s:g} s"
            return SourceUnavailable(Trouble.TIMED_OUT, said, "is the camera overloaded, or the network?")
        case None:
            said = f"'{address.shown}' ended its stream"
        case ConnectionError():
            said = f"'{address.shown}' broke off the connection"
        case _:
            said = f"the connection to '{address.shown}' is lost"
    return SourceUnavailable(Trouble.ENDED, said, "did the camera restart, or lose its network?")


def check_kind(address: Address, reach: Reach) -> None:
    """Raises SourceUnavailable for a kind of source that the configuration does not allow."""
    refused = kind_refusal(address.kind, reach)
    if refused:
        said = f"couldn't open '{address.shown}': {refused[0]}"
        raise SourceUnavailable(Trouble.REFUSED_ADDRESS, said, refused[1])


def no_picture(address: Address, within_s: float) -> SourceUnavailable:
    """For a source that sends data, but nothing that becomes a picture."""
    said = f"'{address.shown}' sends data, but no picture for {within_s:g} s"
    return SourceUnavailable(Trouble.NO_PICTURE, said, "set the camera to send a key frame about every 2 s")


def unknown_codec(address: Address, name: str) -> SourceUnavailable:
    """For a codec without decoder."""
    said = f"couldn't open '{address.shown}': there is no decoder for its video ({name})"
    return SourceUnavailable(Trouble.UNKNOWN_CODEC, said, "set the camera to H.264")


def clock_was_set(address: Address) -> SourceUnavailable:
    """For when this machine's clock was set: earlier and later times would be from two clocks."""
    return changed(address, "this machine's clock was set")


def changed(address: Address, what: str) -> SourceUnavailable:
    """For a source that is no longer what it was when it was opened."""
    return SourceUnavailable(Trouble.CHANGED, f"'{address.shown}' has to be reopened: {what}")
