"""Says why there is no recording of an event: the same sentence on the page, over the API and in a terminal."""

from __future__ import annotations

from passerby.errors import OutputError
from passerby.events.log import LoggedEvent
from passerby.rules.retention import Keep, limit_90k, object_90k


def no_recording(event: LoggedEvent, keep: Keep, now_90k: int) -> OutputError:
    """keep: of its camera. Events are kept for longer than recordings, so this is usual and no fault."""
    # An object goes with its first picture: what it shows at its end may be younger.
    if event.end_90k <= limit_90k(keep, now_90k) + object_90k(keep):
        return OutputError(
            f"the recording of this event is gone: recordings of camera '{event.camera}' are kept for "
            f"{keep.hours:g} hours"
        )
    return OutputError(
        "there is no recording of this event", hint="what happens now is still being written: try again in a minute"
    )
