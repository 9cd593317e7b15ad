"""What is wrong at the moment: told when it begins, and not again until it is over."""

from __future__ import annotations

from collections.abc import Callable


class Ongoing:
    """For one thread, except for `says`. tell: is given a sentence, as for the log."""

    def __init__(self, tell: Callable[[str], object]) -> None:
        self._tell = tell
        self.says: str | None = None
        """What is wrong, as it is now. None: nothing."""

    def note(self, says: str | None) -> None:
        """How it is now. Another sentence is told only after it was over."""
        if says is not None and self.says is None:
            self._tell(says)
        self.says = says
