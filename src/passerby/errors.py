"""All errors that passerby raises on purpose.

PasserbyError                  one clear sentence, and perhaps a hint
├── SourceError (also OSError)  the source cannot be opened, read or understood
│   └── SourceUnavailable       a live source gives no pictures now; its `trouble` says why
├── OutputError (also OSError)  the output cannot be written
│   ├── StoreAway               the store of recordings cannot be reached
│   ├── CatalogueAway           the catalogue's server cannot be reached
│   └── Superseded              another machine records this camera now
├── SettingsError (ValueError)  the settings contradict themselves or the source
│   └── FieldError              one field of a form is wrong
├── LimitError                  a user has reached a limit on what one user may have
└── ModelError                  a model file is missing, altered or does not fit its card
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import ValidationError

from passerby.names import readable


class PasserbyError(Exception):
    """One sentence that says what failed, and on what. `hint`: what to do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        message = readable(message)  # it often contains a file name, which may hold anything
        super().__init__(message)
        self.message = message
        self.hint = None if hint is None else readable(hint)

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


def os_reason(error: OSError) -> str:
    """The system's own words for an error, in lower case."""
    return (error.strerror or str(error) or "no reason given").lower()


class SourceError(PasserbyError, OSError):
    """The source cannot be opened, read or understood."""


class Trouble(StrEnum):
    """Why a live source gives no pictures. Shown on the page; decides when to try again."""

    REFUSED_ADDRESS = "refused address"
    """Cameras may not have this address here. Nothing was contacted, and trying again will not help."""
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed out"
    WRONG_PASSWORD = "wrong password"
    NO_STREAM = "no such stream"
    UNKNOWN_CODEC = "unknown codec"
    NO_PICTURE = "no picture"
    """It answers, but sends nothing that can be decoded to a picture."""
    CHANGED = "changed"
    """The size or codec changed, or this machine's clock was set: open it again at once."""
    ENDED = "ended"


class SourceUnavailable(SourceError):
    """A live source gives no pictures now. The message never holds a password: it names the address without one."""

    def __init__(self, trouble: Trouble, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.trouble = trouble


class OutputError(PasserbyError, OSError):
    """The output cannot be written."""


class StoreAway(OutputError):
    """The store of recordings cannot be reached: nothing else can be stored there for now either."""


class CatalogueAway(OutputError):
    """The catalogue cannot be reached, or cannot be written at all."""


class Superseded(OutputError):
    """Another machine records this camera now: nothing more may be written under the token of this one."""

    def __init__(self, camera: str) -> None:
        super().__init__(f"another machine records camera '{camera}' now", hint="what this one recorded is kept")


class SettingsError(PasserbyError, ValueError):
    """The settings contradict themselves or the source."""


class FieldError(SettingsError):
    """One field of a form is wrong. key: its name, as in the file."""

    def __init__(self, key: str, message: str, hint: str | None = None) -> None:
        super().__init__(message, hint)
        self.key = key


class LimitError(PasserbyError):
    """A user has reached a limit on what one user may have."""


class ModelError(PasserbyError):
    """A model file is missing, altered or does not fit its card."""


def sentence(error: BaseException) -> tuple[str, str | None]:
    """What to tell users: a sentence, and perhaps a hint."""
    if isinstance(error, PasserbyError):
        return error.message, error.hint
    if isinstance(error, ValidationError):
        return error.errors(include_url=False, include_input=False)[0]["msg"].removeprefix("Value error, "), None
    if isinstance(error, OSError) and error.strerror:
        return f"the system refused: {error.strerror}", None
    if isinstance(error, MemoryError):
        return "out of memory", "close other programs, or lower --jobs and --threads"
    return f"an error in passerby itself ({type(error).__name__})", "run it again with --debug and report what it says"
