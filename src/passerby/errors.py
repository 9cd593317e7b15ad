"""Everything passerby raises on purpose.

PasserbyError                  one clear sentence, and perhaps a hint
├── SourceError (also OSError)  the source cannot be opened, read or understood
├── OutputError (also OSError)  the output cannot be written
├── SettingsError (ValueError)  the settings contradict themselves or the source
└── ModelError                  a model file is missing, altered or does not fit its card
"""


class PasserbyError(Exception):
    """One sentence: what failed, on what. `hint`: what to do about it."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class SourceError(PasserbyError, OSError):
    """The source cannot be opened, read or understood."""


class OutputError(PasserbyError, OSError):
    """The output cannot be written."""


class SettingsError(PasserbyError, ValueError):
    """The settings contradict themselves or the source."""


class ModelError(PasserbyError):
    """A model file is missing, altered or does not fit its card."""
